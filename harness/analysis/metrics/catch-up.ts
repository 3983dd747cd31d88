import type { Series } from '../../model/finding.ts'
import type { MetricRow } from '../../model/metric.ts'
import type { RegionName, Us } from '../../model/units.ts'
import { type Bracket, lengthBetween } from '../facts/bracket.ts'
import type { Facts } from '../facts/facts.ts'
import type { FaultStory } from '../facts/faults.ts'
import { lastSettledUs } from '../facts/settlement.ts'

const NEVER = Number.POSITIVE_INFINITY

type Ended = { fault: FaultStory; healing: Bracket; phase: string }

/** Faults that the injector took away, and when: nothing is measured of the others. */
export function endedFaults({ faults }: Facts): Ended[] {
  return faults.flatMap((fault) =>
    fault.healing === null
      ? []
      : [{ fault, healing: fault.healing, phase: `recovery:${fault.plan.name}` }],
  )
}

/**
 * For each fault that was taken away: from then until every write acknowledged before it is applied or superseded in
 * every region that is to hold it. What canaries saw of the end plays no part: they may queue behind the very backlog
 * that is timed. An interval where the heal took time, which holds for every moment of it. One row for all regions, and
 * one for each; `count` is the number of pairs of write and region, and if some never settled there is only a lower bound.
 */
export function catchUpRows(facts: Facts): MetricRow[] {
  const { plan, endUs } = facts.history
  return endedFaults(facts).flatMap(({ healing: [fromUs, toUs], phase }) => {
    const due = facts.settled.filter(({ version }) => version.ack < toUs)
    const row = (region?: RegionName): MetricRow[] => {
      const pairs = region === undefined ? due : due.filter((pair) => pair.region === region)
      if (pairs.length === 0) return []
      const low = lastSettledUs(pairs, fromUs) - toUs
      const high = lastSettledUs(pairs, toUs) - fromUs
      const censored = pairs.filter(({ atUs }) => atUs === NEVER).length
      const of = { ...(region !== undefined && { region }), phase, count: pairs.length }
      const figure = {
        ...lengthBetween(low, high, endUs - toUs),
        ...(censored > 0 && { censored }),
      }
      return [{ metric: 'catch-up', unit: 'us', ...of, ...figure }]
    }
    return [...row(), ...plan.regions.flatMap((region) => row(region))]
  })
}

/** Points of a catch-up curve, whether it lasts a second or an hour. */
const STEPS = 100

/** Pairs of write and region still open, from the heal of each fault to the last one settled. */
export function catchUpSeries(facts: Facts): Series[] {
  const { endUs } = facts.history
  return endedFaults(facts).map(({ fault, healing: [, healedUs] }) => {
    const settledUs = facts.settled
      .filter(({ version, atUs }) => version.ack < healedUs && atUs > healedUs)
      .map(({ atUs }) => atUs)
      .sort((a, b) => a - b)
    const points: [Us, number][] = []
    const lastUs = settledUs.findLast((us) => us !== NEVER) ?? healedUs
    const bucketUs = Math.max(1, Math.ceil((lastUs - healedUs) / STEPS))
    let closed = 0
    for (let us = healedUs; us <= Math.min(endUs, lastUs + bucketUs); us += bucketUs) {
      while (closed < settledUs.length && (settledUs[closed] as number) <= us) closed++
      points.push([us, settledUs.length - closed])
      if (closed === settledUs.length) break
    }
    return { chart: 'catch-up', key: fault.plan.name, line: 'open', points }
  })
}
