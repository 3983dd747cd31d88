import { Rng } from '../../harness/base/rng.ts'
import type { DelayLaw } from '../../harness/model/fault.ts'
import type { LinkPlan } from '../../harness/model/plan.ts'
import { SECOND, type Us } from '../../harness/model/units.ts'
import { Link } from '../../harness/worlds/sim/link.ts'
import { Timeline } from '../../harness/worlds/sim/timeline.ts'

/** One message on one of several connections; times in µs. */
export type Sent = { connection: number; us: Us }

export type FaultsInForce = { slow?: Us; shake?: { us: Us; law: DelayLaw } }

/** One-way delays that the simulator's link gives messages sent at these moments, in their order. */
export async function simulatedDelays(
  sent: readonly Sent[],
  plan: LinkPlan,
  { slow, shake }: FaultsInForce,
  seed: number,
): Promise<Us[]> {
  const timeline = new Timeline()
  const link = new Link(timeline, new Rng(seed), plan)
  if (slow !== undefined) link.added.add({ us: slow })
  if (shake) link.jitters.add(shake)
  const first = Math.min(...sent.map(({ us }) => us))
  const delays = sent.map(() => Number.NaN)
  for (const [i, { connection, us }] of sent.entries())
    timeline.at(us - first, () =>
      link.send(
        { service: 'agent', connection: String(connection) },
        16,
        () => {
          delays[i] = timeline.now() + first - us
        },
        () => {},
      ),
    )
  const last = Math.max(...sent.map(({ us }) => us)) - first
  await timeline.drive(timeline.until(last + 20 * SECOND))
  return delays
}

/**
 * Two-sample Kolmogorov-Smirnov, one side each, of samples whose members need not be independent (on one connection a
 * message waits for the one before). The bound is the mean and six standard deviations of what equally large samples of
 * the simulator's own come to, by Kolmogorov's limit law about 1 in 50,000.
 */
export class LawTest {
  private readonly pool: Float64Array

  private readonly samples: readonly (readonly number[])[]

  constructor(samples: readonly (readonly number[])[]) {
    this.samples = samples
    this.pool = Float64Array.from(samples.flat()).sort()
  }

  /** How much more of `sample` came before some moment than the law allows, `grain` µs later; and the bound. */
  early(sample: readonly number[], grain: number) {
    return { value: this.earlyBy(sample, grain), bound: this.bound((one) => this.earlyBy(one, 0)) }
  }

  /** How much less of `sample` has come by some moment than the law allows; and the bound. */
  late(sample: readonly number[]) {
    return { value: this.lateBy(sample), bound: this.bound((one) => this.lateBy(one)) }
  }

  private earlyBy(sample: readonly number[], grain: number): number {
    const sorted = Float64Array.from(sample).sort()
    return Math.max(
      ...sorted.map((x, i) => (i + 1) / sorted.length - this.shareUpTo(x + grain, true)),
    )
  }

  private lateBy(sample: readonly number[]): number {
    const sorted = Float64Array.from(sample).sort()
    return Math.max(...sorted.map((x, i) => this.shareUpTo(x, false) - i / sorted.length))
  }

  private shareUpTo(x: number, inclusive: boolean): number {
    const { pool } = this
    let [low, high] = [0, pool.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const value = pool[middle] as number
      if (value < x || (inclusive && value === x)) low = middle + 1
      else high = middle
    }
    return low / pool.length
  }

  private bound(statistic: (sample: readonly number[]) => number): number {
    const values = this.samples.map(statistic)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
    return mean + 6 * Math.sqrt(square)
  }
}

export const quantileOf = (sample: readonly number[], q: number): number => {
  const sorted = [...sample].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] as number
}
