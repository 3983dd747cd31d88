import { effectOf, type FaultPlan } from '../../model/fault.ts'
import type { Us } from '../../model/units.ts'
import { beganUs, type FaultStory } from './faults.ts'
import type { Ops } from './ops.ts'

/** A way users take: from the region of the client to the region of the gateway. */
type Path = { region: string; link: string }

/** Paths the fault touched and on which an operation dispatched during it was not answered ok. */
export function hurtPaths(fault: FaultStory, ops: Ops): Path[] {
  const paths = new Map<string, Path>()
  const fromUs = beganUs(fault) ?? fault.plan.atUs
  const toUs = fault.healing?.[1] ?? fault.plan.untilUs
  for (const op of ops) {
    if (op.dispatched === null || op.outcome === 'ok') continue
    if (op.dispatched < fromUs || op.dispatched >= toUs) continue
    for (const gateway of op.asked) {
      const link = `${op.region}>${gateway}`
      if (touches(fault.plan, op.region, gateway)) paths.set(link, { region: op.region, link })
    }
  }
  return [...paths.values()]
}

/** Whether user traffic on a path meets the fault: on either direction of a link, or in the gateway's region. */
function touches(fault: FaultPlan, region: string, gateway: string): boolean {
  if (!('links' in fault)) return fault.region === gateway
  if (effectOf(fault) === 'mirror-stopped') return false
  return fault.links.some(
    ({ from, to }) => (from === region && to === gateway) || (from === gateway && to === region),
  )
}

/** Whether anybody took the path since. Clients that were moved elsewhere and never came back say nothing about it. */
export const isTried = (ops: Ops, link: string, fromUs: Us): boolean =>
  ops.some(
    ({ region, asked, dispatched }) =>
      dispatched !== null &&
      dispatched >= fromUs &&
      asked.some((gateway) => `${region}>${gateway}` === link),
  )

/** The first ok answer on a path to an operation dispatched since; ∞ if there was none. */
export function firstSuccessUs(ops: Ops, link: string, fromUs: Us): Us {
  let first = Number.POSITIVE_INFINITY
  for (const { region, gateway, dispatched, outcome, done } of ops) {
    if (outcome !== 'ok' || done === null || dispatched === null || dispatched < fromUs) continue
    if (done < first && `${region}>${gateway}` === link) first = done
  }
  return first
}
