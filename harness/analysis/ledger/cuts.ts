import { effectOf, type LinkName } from '../../model/fault.ts'
import { SECOND, type Us } from '../../model/units.ts'
import type { Facts } from '../facts/facts.ts'
import { type FaultStory, overUs } from '../facts/faults.ts'

/** A fault that canaries saw, on links that let nothing through while it lasts. */
type Cut = { name: string; links: readonly LinkName[]; fromUs: Us; untilUs: Us }

function cutsOf(faults: readonly FaultStory[]): Cut[] {
  return faults.flatMap((fault) => {
    const { plan, confirmedUs } = fault
    if (effectOf(plan) !== 'link-cut' || !('links' in plan) || confirmedUs === null) return []
    return [{ name: plan.name, links: plan.links, fromUs: confirmedUs, untilUs: overUs(fault) }]
  })
}

/** Cuts at whose end some write was not settled beyond them that would have been there long before without them. */
export function cutsWithBacklog({ faults, settled }: Facts): number {
  const heldUp = ({ links, fromUs, untilUs }: Cut) =>
    settled.some(
      ({ version: { op, ack }, region, atUs }) =>
        ack >= fromUs &&
        ack + SECOND < untilUs &&
        atUs > untilUs &&
        links.some(({ from, to }) => from === op?.gateway && to === region),
    )
  return cutsOf(faults).filter(heldUp).length
}

/** Cuts that ended while another one went on. */
export function healsWhileAnotherIsDown({ faults }: Facts): number {
  const cuts = cutsOf(faults)
  return cuts.filter(({ name, untilUs }) =>
    cuts.some((other) => other.name !== name && other.fromUs < untilUs && other.untilUs > untilUs),
  ).length
}

/** Writes that were refused for certain while a link was cut. */
export function writesRefusedInCuts({ faults, history }: Facts): number {
  const cuts = cutsOf(faults)
  const inCut = (us: Us) => cuts.some(({ fromUs, untilUs }) => us >= fromUs && us < untilUs)
  return history.ops.filter(
    ({ kind, outcome, intended }) =>
      outcome === 'fail' && (kind === 'upsert' || kind === 'delete') && inCut(intended),
  ).length
}
