import { arrivalsEndUs } from '../../model/plan.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { Bracket } from './bracket.ts'
import { beganUs, type FaultStory } from './faults.ts'
import type { History } from './history.ts'
import { InFlight, type Span } from './in-flight.ts'
import { firstSuccessUs, hurtPaths, isTried } from './paths.ts'
import type { Stretch } from './phases.ts'
import { lastSettledUs, type Settlement } from './settlement.ts'

const NEVER = Number.POSITIVE_INFINITY

/**
 * From when to when each fault was in force, and when all was well again: data has caught up, every path on which users
 * failed has answered again, and what queued up is served. Served means that no more operations of any region are in
 * flight than ever were in the baseline before the fault; if it has none, in the warm-up before it; if it has none
 * either, that everything intended before the heal has ended. Recovery ends with arrivals at the latest. Nothing for a
 * fault that was never injected.
 */
export function stretchesOf(
  faults: readonly FaultStory[],
  settled: readonly Settlement[],
  history: History,
): Stretch[] {
  const came = faults.filter((fault) => fault.injecting !== null)
  if (came.length === 0) return []
  const inFlight = new InFlight(history)
  const known = new Map<FaultStory, Stretch>()
  for (const fault of [...came].sort((a, b) => (beganUs(a) ?? 0) - (beganUs(b) ?? 0))) {
    const fromUs = beganUs(fault) ?? 0
    const recovery = new Recovery(history, settled, inFlight, fromUs, [...known.values()])
    const toUs = fault.healing?.[1] ?? NEVER
    const recoveredUs = fault.healing ? recovery.endUs(fault, fault.healing) : NEVER
    known.set(fault, { name: fault.plan.name, fromUs, toUs, recoveredUs })
  }
  // In the order of the plan, which is that of joined names.
  return came.flatMap((fault) => known.get(fault) ?? [])
}

/** How one fault is recovered from, whose predecessors are known. */
class Recovery {
  private readonly normal: readonly Span[]

  private readonly history: History
  private readonly settled: readonly Settlement[]
  private readonly inFlight: InFlight

  constructor(
    history: History,
    settled: readonly Settlement[],
    inFlight: InFlight,
    beganUs: Us,
    earlier: readonly Stretch[],
  ) {
    this.history = history
    this.settled = settled
    this.inFlight = inFlight
    const { warmupUs } = history.plan.timeline
    const baseline = without(earlier, { fromUs: warmupUs, toUs: beganUs })
    this.normal = baseline.length > 0 ? baseline : without(earlier, { fromUs: 0, toUs: beganUs })
  }

  endUs(fault: FaultStory, [, healedUs]: Bracket): Us {
    const { plan, ops } = this.history
    const dataUs = lastSettledUs(this.settled, healedUs)
    const answeredUs = hurtPaths(fault, ops)
      .filter(({ link }) => isTried(ops, link, healedUs))
      .map(({ link }) => firstSuccessUs(ops, link, healedUs))
    const backUs = Math.max(healedUs, dataUs, ...answeredUs)
    const servedUs = plan.regions.map((region) => this.servedUs(region, healedUs, backUs))
    return Math.min(Math.max(...servedUs), arrivalsEndUs(plan))
  }

  private servedUs(region: RegionName, healedUs: Us, fromUs: Us): Us {
    const level = this.inFlight.most(region, this.normal)
    if (level !== null) return this.inFlight.firstAtMost(region, level, fromUs)
    return this.history.ops
      .filter((op) => op.region === region && op.intended < healedUs)
      .filter(({ shed }) => shed !== 'in-flight cap')
      .reduce((last, { done }) => Math.max(last, done ?? NEVER), fromUs)
  }
}

/** What is left of a stretch without those of faults and their recoveries. */
function without(removed: readonly Stretch[], whole: Span): Span[] {
  let left = [whole]
  for (const { fromUs, recoveredUs } of removed)
    left = left.flatMap((span) => [
      { fromUs: span.fromUs, toUs: Math.min(span.toUs, fromUs) },
      { fromUs: Math.max(span.fromUs, recoveredUs), toUs: span.toUs },
    ])
  return left.filter(({ fromUs, toUs }) => fromUs < toUs)
}
