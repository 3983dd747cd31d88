import { UsageError } from '../../model/errors.ts'
import { type LinkName, linkText } from '../../model/fault.ts'
import type { LimitPlan } from '../../model/limit.ts'
import { metrics } from '../../model/metric.ts'
import { arrivalsEndUs, type Plan } from '../../model/plan.ts'
import { SECOND, type Us } from '../../model/units.ts'

/** Canaries have to see the region alive before it goes, and its users to find another before anything is measured. */
const BEFORE_US: Us = 5 * SECOND
const AFTER_US: Us = 10 * SECOND
/** A region that comes back starts, loads its data and catches up: this long beside what the profile says. */
const CATCH_UP_US: Us = 30 * SECOND

const FAULT = 'region-crash'

/**
 * The plan with one region down for all of the measured time: it crashes in the warm-up, which is made long enough for
 * its users to be routed elsewhere, and starts again when arrivals end, so that what it missed is still judged. Users of
 * the region stay, and ask whom their router finds. What cannot be asked of a region that is down is left out: links
 * into it and out of it. Limits of the baseline hold for the loss. Throws UsageError where that cannot be said.
 */
export function withoutRegion(plan: Plan, region: string, file: string): Plan {
  if (!plan.regions.includes(region))
    throw new UsageError(
      `${file} has no region "${region}" to be without. It has ${plan.regions.join(', ')}.`,
    )
  if (plan.regions.length < 2)
    throw new UsageError(`${file} has one region only: without ${region} nothing is left.`)
  if (plan.faults.length > 0)
    throw new UsageError(
      `${file} has faults of its own; what a region less can take is asked of a scenario without any.`,
    )
  const warmupUs = Math.max(plan.timeline.warmupUs, BEFORE_US + AFTER_US)
  const { store, agent, log } = plan.profile
  const startUs = Math.max(store.loadedUs, store.restartUs, agent.restartUs, log.restartUs)
  const settleUs = Math.max(plan.timeline.settleUs, startUs + CATCH_UP_US)
  const timeline = { ...plan.timeline, warmupUs, settleUs }
  const untilUs = arrivalsEndUs({ ...plan, timeline })
  const fault = { kind: FAULT, region, name: FAULT, atUs: BEFORE_US, untilUs } as const
  const limits = plan.limits.flatMap((limit) => limitsWithout(limit, plan, region, file))
  return { ...plan, timeline, faults: [fault], limits, expect: null }
}

function limitsWithout(limit: LimitPlan, plan: Plan, region: string, file: string): LimitPlan[] {
  const phase = limit.phase === 'baseline' ? `fault:${FAULT}` : limit.phase
  const during = { ...limit, phase }
  const { of } = metrics[limit.metric]
  if (of !== 'link' && of !== 'pair') return [during]
  if (limit.link !== null) return limit.link.split(/<>|>/).includes(region) ? [] : [during]
  if (limit.region === region) return []
  if (limit.pool)
    throw new UsageError(
      `${file}: "${limit.text}" pools all links, so those of ${region} cannot be left out. Write it without pool: true.`,
    )
  return linksBetween(plan.regions.filter((one) => one !== region))
    .filter(({ to }) => limit.region === null || limit.region === to)
    .filter(
      ({ from, to }) => of === 'link' || plan.regions.indexOf(from) < plan.regions.indexOf(to),
    )
    .map((link) => {
      const name = of === 'pair' ? `${link.from}<>${link.to}` : linkText(link)
      return { ...during, region: null, link: name, text: `${limit.text}, ${name}` }
    })
}

const linksBetween = (regions: readonly string[]): LinkName[] =>
  regions.flatMap((from) => regions.filter((to) => to !== from).map((to) => ({ from, to })))
