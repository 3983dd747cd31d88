import type { RegionName, Us } from '../../model/units.ts'
import type { History } from './history.ts'
import type { Op } from './op.ts'

/** A stretch of time: `fromUs` inclusive, `toUs` exclusive. */
export type Span = { fromUs: Us; toUs: Us }

/** From `us[i]` on `count[i]` operations are in flight, until `us[i + 1]`. */
type Steps = { us: Us[]; count: number[] }

/**
 * How many operations of the users of each region are wanted and not ended yet, over time: from the intended start, so
 * that those that wait for their dispatch count. What was turned away at once was never in flight.
 */
export class InFlight {
  private readonly byRegion = new Map<RegionName, Steps>()

  constructor({ plan, ops }: History) {
    for (const region of plan.regions)
      this.byRegion.set(region, stepsOf(ops.filter((op) => op.region === region)))
  }

  /** The most at once in any of the stretches; null if they have no length. */
  most(region: RegionName, spans: readonly Span[]): number | null {
    const { us, count } = this.stepsOf(region)
    let most: number | null = null
    for (const { fromUs, toUs } of spans) {
      if (fromUs >= toUs) continue
      most = Math.max(most ?? 0, count[lastBy(us, fromUs)] ?? 0)
      for (let i = lastBy(us, fromUs) + 1; i < us.length && (us[i] as Us) < toUs; i++)
        most = Math.max(most, count[i] as number)
    }
    return most
  }

  /** The first moment from `fromUs` on with no more than `level` of them; ∞ if it never came. */
  firstAtMost(region: RegionName, level: number, fromUs: Us): Us {
    const { us, count } = this.stepsOf(region)
    const here = lastBy(us, fromUs)
    if ((count[here] ?? 0) <= level) return fromUs
    for (let i = here + 1; i < us.length; i++) if ((count[i] as number) <= level) return us[i] as Us
    return Number.POSITIVE_INFINITY
  }

  private stepsOf(region: RegionName): Steps {
    return this.byRegion.get(region) ?? { us: [], count: [] }
  }
}

function stepsOf(ops: readonly Op[]): Steps {
  const waited = ops.filter(({ shed }) => shed !== 'in-flight cap')
  const begins = sorted(waited.map(({ intended }) => intended))
  const ends = sorted(waited.flatMap(({ done }) => (done === null ? [] : [done])))
  const steps: Steps = { us: [], count: [] }
  let [begun, ended] = [0, 0]
  while (begun < begins.length || ended < ends.length) {
    const us = Math.min(
      begins[begun] ?? Number.POSITIVE_INFINITY,
      ends[ended] ?? Number.POSITIVE_INFINITY,
    )
    while (begins[begun] === us) begun++
    while (ends[ended] === us) ended++
    steps.us.push(us)
    steps.count.push(begun - ended)
  }
  return steps
}

const sorted = (values: readonly Us[]): Float64Array => Float64Array.from(values).sort()

/** Index of the last step at or before `us`; -1 if all are later. */
function lastBy(steps: readonly Us[], us: Us): number {
  let low = 0
  let high = steps.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((steps[middle] as Us) <= us) low = middle + 1
    else high = middle
  }
  return low - 1
}
