import type { Series } from '../model/finding.ts'
import type { MetricRow } from '../model/metric.ts'
import type { Us } from '../model/units.ts'
import type { Facts } from './facts.ts'
import type { FaultStory } from './faults.ts'
import type { Settlement } from './settlement.ts'

const NEVER = Number.POSITIVE_INFINITY

/** Faults whose end was confirmed, and when: nothing is measured of the others. */
export function endedFaults({ faults }: Facts): { fault: FaultStory; endUs: Us; phase: string }[] {
  return faults.flatMap((fault) =>
    fault.healConfirmedUs === null
      ? []
      : [{ fault, endUs: fault.healConfirmedUs, phase: `recovery:${fault.plan.name}` }],
  )
}

/**
 * For each fault whose end was confirmed: from then until every write acknowledged before it is applied or
 * superseded in every region. One row for all regions, and one for each; `count` is the number of pairs of write
 * and region, and if some never settled there is only a lower bound.
 */
export function catchUpRows(facts: Facts): MetricRow[] {
  const { plan, endUs } = facts.history
  return endedFaults(facts).flatMap(({ endUs: confirmedUs, phase }) => {
    const due = facts.settled.filter(({ version }) => version.ack < confirmedUs)
    const row = (pairs: readonly Settlement[], region: { region?: string }): MetricRow[] => {
      if (pairs.length === 0) return []
      const at = { metric: 'catch-up', unit: 'us', ...region, phase, count: pairs.length } as const
      const censored = pairs.filter(({ atUs }) => atUs === NEVER).length
      if (censored > 0) return [{ ...at, low: Math.max(0, endUs - confirmedUs), censored }]
      const last = pairs.reduce((latest, { atUs }) => Math.max(latest, atUs), confirmedUs)
      return [{ ...at, value: last - confirmedUs }]
    }
    const each = plan.regions.flatMap((region) =>
      row(
        due.filter((pair) => pair.region === region),
        { region },
      ),
    )
    return [...row(due, {}), ...each]
  })
}

/** Points of a catch-up curve, whether it lasts a second or an hour. */
const STEPS = 100

/** Pairs of write and region still open, from the confirmed end of each fault to the last one settled. */
export function catchUpSeries(facts: Facts): Series[] {
  const { endUs } = facts.history
  return endedFaults(facts).map(({ fault, endUs: confirmedUs }) => {
    const settledUs = facts.settled
      .filter(({ version, atUs }) => version.ack < confirmedUs && atUs > confirmedUs)
      .map(({ atUs }) => atUs)
      .sort((a, b) => a - b)
    const points: [Us, number][] = []
    const lastUs = settledUs.findLast((us) => us !== NEVER) ?? confirmedUs
    const bucketUs = Math.max(1, Math.ceil((lastUs - confirmedUs) / STEPS))
    let closed = 0
    for (let us = confirmedUs; us <= Math.min(endUs, lastUs + bucketUs); us += bucketUs) {
      while (closed < settledUs.length && (settledUs[closed] as number) <= us) closed++
      points.push([us, settledUs.length - closed])
      if (closed === settledUs.length) break
    }
    return { chart: 'catch-up', key: fault.plan.name, line: 'open', points }
  })
}
