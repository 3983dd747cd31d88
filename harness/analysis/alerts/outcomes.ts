import {
  type AlertEpisode,
  type AlertExpr,
  type AlertOnFault,
  type AlertOutcome,
  type AlertPlan,
  type AlertRule,
  termsOf,
} from '../../model/alert.ts'
import { arrivalsEndUs } from '../../model/plan.ts'
import type { Us } from '../../model/units.ts'
import { lackText } from '../../text/alert.ts'
import { durationText } from '../../text/value.ts'
import type { Facts } from '../facts/facts.ts'
import { stretchesOf } from '../facts/recovery.ts'
import { Exported } from './exported.ts'
import { isMet, labelKey, valuesAt } from './expression.ts'
import { AlertStates, type Stretch } from './states.ts'

/** A fault that came, until when it was in force, and until when alerts may be of it, seen or not. */
type Reach = { fault: string; confirmed: boolean; fromUs: Us; toUs: Us; recoveredUs: Us }

/** What each rule would have done in a run, evaluated at 0, from the start of warm-up, and every `everyUs` from there. */
export function alertOutcomes(facts: Facts, { rules, scrapeUs }: AlertPlan): AlertOutcome[] {
  const exported = new Exported(facts, scrapeUs)
  const reaches = reachesOf(facts)
  return rules.map((rule) => outcomeOf(facts, rule, exported, reaches))
}

function reachesOf({ faults, settled, history }: Facts): Reach[] {
  return stretchesOf(faults, settled, history).map(({ name, fromUs, toUs, recoveredUs }) => ({
    fault: name,
    confirmed: faults.some(({ plan, confirmedUs }) => plan.name === name && confirmedUs !== null),
    fromUs,
    toUs,
    // Recovery ends with arrivals at the latest, well or not: what comes then may still be of the fault.
    recoveredUs:
      recoveredUs >= arrivalsEndUs(history.plan) ? Number.POSITIVE_INFINITY : recoveredUs,
  }))
}

function outcomeOf(
  { history }: Facts,
  rule: AlertRule,
  exported: Exported,
  reaches: readonly Reach[],
): AlertOutcome {
  const { endUs, plan } = history
  const states = new AlertStates(rule)
  const silent = { rule, evaluations: 0, withData: 0, episodes: [], faults: [] }
  const lack = lackText(rule.expr, plan.world)
  if (lack !== null) return { ...silent, cannotTell: lack }
  let [evaluations, withData] = [0, 0]
  for (let now = 0; now <= endUs; now += rule.everyUs) {
    const values = valuesAt(rule.expr, exported, now)
    states.evaluate(
      now,
      values.flatMap(({ labels, value }) => (isMet(rule.expr, value) ? [labels] : [])),
    )
    evaluations++
    if (values.some(({ value }) => !Number.isNaN(value))) withData++
  }
  const counts = { ...silent, evaluations, withData }
  const lastUs = (evaluations - 1) * rule.everyUs
  if (withData === 0)
    return { ...counts, cannotTell: 'no data: in this run no series ever had a value for it.' }
  if (lastUs < rule.forUs)
    return {
      ...counts,
      cannotTell: `too short a run: \`for\` is ${durationText(rule.forUs)}, and the last evaluation was after ${durationText(lastUs)}.`,
    }
  const episodes = states.stretches.map((stretch): AlertEpisode => {
    const faults = faultsOf(stretch, reaches, rule)
    const fires = stretch.firedUs !== null && (stretch.endedUs ?? endUs) > plan.timeline.warmupUs
    return {
      ...stretch,
      labels: { ...stretch.labels },
      faults,
      wrong: fires && faults.length === 0,
    }
  })
  const onFaults = reaches.map((reach) => onFault(reach, episodes, endUs, rule.everyUs))
  return { ...counts, cannotTell: null, episodes, faults: onFaults }
}

const windowUs = (expr: AlertExpr): Us =>
  Math.max(0, ...termsOf(expr).map(({ reading }) => ('windowUs' in reading ? reading.windowUs : 0)))

/**
 * Faults that explain an alert: those that were not over, recovery included, when its condition came to hold. If there is
 * none, those that a window still shows: what it has seen it shows until it has passed. If there is none either, the
 * condition held before; then those that were not over when it began to fire.
 */
function faultsOf(
  { activeUs, firedUs }: Stretch,
  reaches: readonly Reach[],
  { expr, everyUs }: AlertRule,
): string[] {
  const during = (us: Us | null, moreUs: Us) =>
    reaches.filter(
      ({ fromUs, recoveredUs }) =>
        us !== null && us >= fromUs && us <= recoveredUs + everyUs + moreUs,
    )
  const tries = [during(activeUs, 0), during(activeUs, windowUs(expr)), during(firedUs, 0)]
  return (tries.find((found) => found.length > 0) ?? []).map(({ fault }) => fault)
}

function onFault(
  { fault, confirmed, fromUs, toUs }: Reach,
  episodes: readonly AlertEpisode[],
  endUs: Us,
  everyUs: Us,
): AlertOnFault {
  const own = episodes.filter(({ faults }) => faults.includes(fault))
  // Up to the last evaluation at which it was active.
  const lastUs = Math.floor(endUs / everyUs) * everyUs
  const heldUs = ({ activeUs, endedUs }: AlertEpisode) =>
    (endedUs === null ? lastUs : endedUs - everyUs) - activeUs
  const series = seriesOf(own, fromUs, toUs, endUs)
  const after = series.filter(({ afterHealUs }) => afterHealUs !== null)
  return {
    fault,
    confirmed,
    firedAfterUs: series[0]?.firedAfterUs ?? null,
    lastsUs: Number.isFinite(toUs) ? toUs - fromUs : null,
    afterHealUs: after.length === 0 ? null : Math.max(...after.map((one) => one.afterHealUs as Us)),
    open: after.some(({ open }) => open),
    already: episodes.some(
      ({ firedUs, endedUs }) => firedUs !== null && firedUs < fromUs && (endedUs ?? endUs) > fromUs,
    ),
    pendingAtEnd: own.some(({ firedUs, endedUs }) => firedUs === null && endedUs === null),
    series,
    heldUs: own.length === 0 ? null : Math.max(...own.map(heldUs)),
  }
}

/** Each series that fired, by its first firing; the end is that of its last. */
function seriesOf(
  episodes: readonly AlertEpisode[],
  fromUs: Us,
  toUs: Us,
  endUs: Us,
): AlertOnFault['series'] {
  const found = new Map<string, AlertOnFault['series'][number]>()
  for (const { labels, firedUs, endedUs } of episodes) {
    if (firedUs === null) continue
    const untilUs = endedUs ?? endUs
    const key = labelKey(labels)
    const known = found.get(key) ?? {
      labels,
      firedAfterUs: firedUs - fromUs,
      afterHealUs: null,
      open: false,
    }
    if (untilUs > toUs) known.afterHealUs = untilUs - toUs
    known.open = endedUs === null
    found.set(key, known)
  }
  return [...found.values()].sort((a, b) => a.firedAfterUs - b.firedAfterUs)
}
