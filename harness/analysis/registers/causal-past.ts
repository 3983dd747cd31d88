import type { WriteId } from '../../model/point.ts'
import type { Version } from '../facts/versions.ts'
import { causalSteps, type Step, type Steps } from './causal-steps.ts'
import { circleIn } from './circle.ts'
import type { Effort } from './explanation.ts'
import { inventedIn, NOTHING, type Read, type Register } from './register.ts'
import { sequence } from './session-order.ts'

/** A read that shows less than its client had to know: `over` replaced what it shows. */
export type Missing = { read: Read; over: Version }

/** `open`: it depends on which delete some reads saw. */
export type Causal =
  | { kind: 'explained' | 'open' }
  | { kind: 'invented'; read: Read }
  /** Each knew of the one before, and the first of the last. */
  | { kind: 'circle'; ops: readonly Step[] }
  | { kind: 'missing'; reads: readonly Missing[] }

/** More would take more memory than the answer is worth. */
const MOST_CELLS = 50_000_000

/**
 * Whether nobody is shown a version of one id when they knew of another that was written in the knowledge of it.
 * Knowledge is what comes before in a session, what was read, and all that whoever wrote it knew. These are the bad
 * patterns CyclicCO, WriteCORead and WriteCOInitRead of Bouajjani, Enea, Guerraoui and Hamza, "On verifying causal
 * consistency" (POPL 2017), for one register. O(operations × clients). Versions that nobody concerned knew both of
 * may win in any order.
 */
export function causality(register: Register, effort: Effort): Causal {
  const invented = inventedIn(register)
  if (invented) return { kind: 'invented', read: invented }
  const sure = new Map<Read, WriteId>()
  for (const read of register.reads) {
    const [first, ...others] = sourcesOf(register, read)
    if (first !== undefined && first !== NOTHING && others.length === 0) sure.set(read, first)
  }
  const found = look(register, sure)
  if (found.result.kind !== 'explained' || found.guesses.size === 0) return found.result
  // It holds if it does with one choice of deletes that were seen; otherwise another choice might do.
  if (holdsWith(register, new Map([...sure, ...found.guesses]))) return { kind: 'explained' }
  const order = sequence(register, effort)
  const holds = order.kind === 'explained' && holdsWith(register, order.sources)
  return { kind: holds ? 'explained' : 'open' }
}

function holdsWith(register: Register, sources: ReadonlyMap<Read, WriteId>): boolean {
  const { result, guesses } = look(register, sources)
  return result.kind === 'explained' && guesses.size === 0
}

/** What a read that found nothing can have seen: deletes sent by its end, and the beginning, here NOTHING. */
function sourcesOf({ versions }: Register, { shown, to }: Read): WriteId[] {
  if (shown !== NOTHING) return []
  const deletes = versions.filter(({ deleted, inv }) => deleted && inv <= to)
  const inBase = versions.some(({ write }) => write === 0)
  return [...(inBase ? [] : [NOTHING]), ...deletes.map(({ write }) => write)]
}

/** `guesses`: reads of nothing that their own past does not explain, and a delete each may have seen. */
type Look = { result: Causal; guesses: Map<Read, WriteId> }

function look(register: Register, sources: ReadonlyMap<Read, WriteId>): Look {
  const guesses = new Map<Read, WriteId>()
  const steps = causalSteps(register, sources)
  if (steps.all.length * steps.lanes.length > MOST_CELLS)
    return { result: { kind: 'open' }, guesses }
  if (!learnPasts(steps)) return { result: { kind: 'circle', ops: circleOf(steps) }, guesses }
  const known = new Known(steps)
  const missing: Missing[] = []
  for (const step of steps.all) {
    const { read } = step
    if (!read) continue
    const over =
      read.shown === NOTHING
        ? missed(step, read, register, known, guesses)
        : known.replaced(step, read.shown)
    if (over) missing.push({ read, over })
  }
  const result: Causal =
    missing.length > 0 ? { kind: 'missing', reads: missing } : { kind: 'explained' }
  return { result, guesses }
}

/** What a read of nothing should have shown instead; null if some delete, or the beginning, explains it. */
function missed(
  step: Step,
  read: Read,
  { versions }: Register,
  known: Known,
  guesses: Map<Read, WriteId>,
): Version | null {
  const inBase = versions[0]?.write === 0
  let newest: Version | null = inBase ? (versions[0] as Version) : null
  for (const { version } of known.writesOf(step)) {
    if (version?.deleted && !known.replaced(step, version.write)) return null
    newest = version
  }
  if (newest === null) return null
  // A delete it did not know of may be what it saw.
  const other = versions.findLast(
    ({ deleted, inv, write }) => deleted && inv <= read.to && !known.knows(step, write),
  )
  if (!other) return newest
  guesses.set(read, other.write)
  return null
}

/** Fills in every past in causal order; false if there is none, because some know of each other in a circle. */
function learnPasts({ all, lanes }: Steps): boolean {
  const followers = new Map<Step, Step[]>(all.map((step) => [step, []]))
  const waitsFor = new Map<Step, number>()
  for (const step of all) {
    waitsFor.set(step, step.after.length)
    for (const before of step.after) followers.get(before)?.push(step)
  }
  const free = all.filter(({ after }) => after.length === 0)
  let learned = 0
  for (let step = free.pop(); step; step = free.pop(), learned++) {
    const past = new Int32Array(lanes.length)
    for (const { past: other } of step.after)
      for (let lane = 0; lane < past.length; lane++)
        if ((other[lane] as number) > (past[lane] as number)) past[lane] = other[lane] as number
    past[step.lane] = Math.max(past[step.lane] as number, step.place)
    step.past = past
    for (const next of followers.get(step) as Step[]) {
      const count = (waitsFor.get(next) as number) - 1
      waitsFor.set(next, count)
      if (count === 0) free.push(next)
    }
  }
  return learned === all.length
}

function circleOf({ all }: Steps): Step[] {
  const edges = all.flatMap((later) => later.after.map((earlier) => ({ earlier, later })))
  return (circleIn(all, edges) ?? []).map(({ earlier }) => earlier)
}

/** Answers what is in whose past. */
class Known {
  /** The last write of each lane up to each place. */
  private readonly lastWrite: (Step | null)[][]

  private readonly steps: Steps

  constructor(steps: Steps) {
    this.steps = steps
    this.lastWrite = steps.lanes.map((lane) => {
      let last: Step | null = null
      return [null, ...lane.map((step) => (last = step.version ? step : last))]
    })
  }

  /** A version the step knew of whose writer knew of `write`; every writer knew of the base. */
  replaced(step: Step, write: WriteId): Version | null {
    if (write === 0) return this.anyWrite(step)
    const of = this.steps.byWrite.get(write)
    if (!of) return null
    for (const other of this.writesOf(step))
      if (other !== of && has(other, of)) return other.version
    return null
  }

  anyWrite(step: Step): Version | null {
    for (const { version } of this.writesOf(step)) return version
    return null
  }

  knows(step: Step, write: WriteId): boolean {
    const of = this.steps.byWrite.get(write)
    return of !== undefined && has(step, of)
  }

  /** Those it knew, of each lane the last: what came before that, that one knew and replaced. */
  *writesOf({ past }: Step): Iterable<Step> {
    for (let lane = 0; lane < past.length; lane++) {
      const last = this.lastWrite[lane]?.[past[lane] as number]
      if (last) yield last
    }
  }
}

const has = ({ past }: Step, { lane, place }: Step): boolean => (past[lane] as number) >= place
