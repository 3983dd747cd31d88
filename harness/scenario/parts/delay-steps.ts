import type { LinkPlan, Plan } from '../../model/plan.ts'
import type { Us } from '../../model/units.ts'
import { durationText } from '../shown/figures.ts'

/**
 * The plan for a world that delays in steps of `stepUs`: delays of links are rounded up, so that nothing arrives sooner
 * than was asked for, and each that changed is said among what is laid over for this world.
 */
export function inDelaySteps(plan: Plan, stepUs: Us): Plan {
  const up = (us: Us): Us => Math.ceil(us / stepUs) * stepUs
  const links = plan.links.map((link) => ({
    ...link,
    latencyUs: up(link.latencyUs),
    jitterUs: up(link.jitterUs),
  }))
  const notes = plan.links.flatMap((link, i) => {
    const [before, after] = [delayText(link), delayText(links[i] as LinkPlan)]
    return before === after ? [] : [`links: ${link.from} -> ${link.to} ${before} -> ${after}`]
  })
  return { ...plan, links, overlay: [...plan.overlay, ...notes] }
}

const delayText = ({ latencyUs, jitterUs }: LinkPlan): string =>
  jitterUs === 0
    ? durationText(latencyUs)
    : `${durationText(latencyUs)} jitter ${durationText(jitterUs)}`
