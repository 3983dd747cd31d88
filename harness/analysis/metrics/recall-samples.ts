import { Dictionary, int32s } from '../../base/column.ts'
import { Rows } from '../../base/rows.ts'
import type { Op } from '../facts/op.ts'
import type { Ops } from '../facts/ops.ts'
import type { MissCause } from './causes.ts'

/** One search that has a recall, with the cause of each miss. */
export type RecallSample = {
  readonly op: Op
  readonly phase: string
  /** Recall, from … to: nobody can say whether the undetermined slots should have been returned. */
  readonly low: number
  readonly high: number
  /** Places of the exact answer. */
  readonly k: number
  /** hits + undetermined + missed = k; see `JudgedSearch`. */
  readonly hits: number
  readonly undetermined: number
  readonly missed: number
  readonly causes: readonly MissCause[]
  /** Misses for want of replication whose older version was returned. */
  readonly staleHits: number
}

/** What is kept of a judged search; `at` is the place of its operation among all. */
type Kept = Omit<RecallSample, 'op' | 'low' | 'high'> & { at: number }

/** Samples in the order of their searches, a few bytes each. */
export class RecallSamples extends Rows<RecallSample> {
  readonly ops: Ops
  readonly phases = new Dictionary<string>()
  readonly causeLists = new Dictionary<readonly MissCause[]>()
  readonly op = int32s()
  readonly phase = int32s()
  readonly k = int32s()
  readonly hits = int32s()
  readonly undetermined = int32s()
  readonly missed = int32s()
  readonly causes = int32s()
  readonly staleHits = int32s()

  constructor(ops: Ops) {
    super()
    this.ops = ops
  }

  get length(): number {
    return this.op.length
  }

  add({ at, phase, k, hits, undetermined, missed, causes, staleHits }: Kept): void {
    this.op.push(at)
    this.phase.push(this.phases.code(phase, phase))
    this.k.push(k)
    this.hits.push(hits)
    this.undetermined.push(undetermined)
    this.missed.push(missed)
    this.causes.push(this.causeLists.code(causes.join(), causes))
    this.staleHits.push(staleHits)
  }

  at(index: number): RecallSample {
    const hits = this.hits.values[index] as number
    const undetermined = this.undetermined.values[index] as number
    const k = this.k.values[index] as number
    return {
      op: this.ops.at(this.op.values[index] as number),
      phase: this.phases.value(this.phase.values[index] as number),
      low: hits / k,
      high: (hits + undetermined) / k,
      k,
      hits,
      undetermined,
      missed: this.missed.values[index] as number,
      causes: this.causeLists.value(this.causes.values[index] as number),
      staleHits: this.staleHits.values[index] as number,
    }
  }
}
