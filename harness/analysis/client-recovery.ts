import type { FaultPlan } from '../model/fault.ts'
import type { MetricRow } from '../model/metric.ts'
import { endedFaults } from './catch-up.ts'
import type { Facts } from './facts.ts'
import type { FaultStory } from './faults.ts'
import type { Op } from './op.ts'

/**
 * For each fault whose end was confirmed and each path (region of the client > gateway) that it touched and on
 * which something failed meanwhile: from the confirmed end to the first ok answer to an operation dispatched
 * after the healing; 0 if that came before the confirmation. A lower bound if it never came.
 */
export function clientRecoveryRows(facts: Facts): MetricRow[] {
  const { history } = facts
  return endedFaults(facts).flatMap(({ fault, endUs, phase }) =>
    [...hurtPaths(fault, history.ops)].flatMap(([link, region]): MetricRow[] => {
      const at = { metric: 'client-recovery', unit: 'us', region, link, phase, count: 1 } as const
      const healedUs = fault.healedUs ?? endUs
      const first = firstSuccessUs(history.ops, link, healedUs)
      if (first !== null) return [{ ...at, value: Math.max(0, first - endUs) }]
      // Clients that were moved elsewhere and never came back have nothing to say about this path.
      if (!history.ops.some((op) => isTry(op, link, healedUs))) return []
      return [{ ...at, low: Math.max(0, history.endUs - endUs), censored: 1 }]
    }),
  )
}

/** Paths the fault touched and on which an operation dispatched during it was not answered ok. */
function hurtPaths(fault: FaultStory, ops: readonly Op[]): Map<string, string> {
  const paths = new Map<string, string>()
  const fromUs = fault.injectedUs ?? fault.plan.atUs
  const toUs = fault.healedUs ?? fault.plan.untilUs
  for (const op of ops) {
    if (op.dispatched === null || op.outcome === 'ok') continue
    if (op.dispatched < fromUs || op.dispatched >= toUs) continue
    for (const gateway of op.asked)
      if (touches(fault.plan, op.region, gateway)) paths.set(`${op.region}>${gateway}`, op.region)
  }
  return paths
}

const onMirrors: ReadonlySet<FaultPlan['kind']> = new Set([
  'mirror-kill',
  'mirror-pause',
  'mirror-stall',
])

/** Whether user traffic on a path meets the fault: on either direction of a link, or in the gateway's region. */
function touches(fault: FaultPlan, region: string, gateway: string): boolean {
  if (!('links' in fault)) return fault.region === gateway
  if (onMirrors.has(fault.kind)) return false
  return fault.links.some(
    ({ from, to }) => (from === region && to === gateway) || (from === gateway && to === region),
  )
}

const isTry = ({ region, asked, dispatched }: Op, link: string, fromUs: number): boolean =>
  dispatched !== null &&
  dispatched >= fromUs &&
  asked.some((gateway) => `${region}>${gateway}` === link)

function firstSuccessUs(ops: readonly Op[], link: string, fromUs: number): number | null {
  let first: number | null = null
  for (const { region, gateway, dispatched, outcome, done } of ops) {
    if (outcome !== 'ok' || done === null || dispatched === null || dispatched < fromUs) continue
    if (`${region}>${gateway}` === link && (first === null || done < first)) first = done
  }
  return first
}
