import { effectOf, type FaultEffect, type FaultPlan } from './fault.ts'
import { SECOND, type Us } from './units.ts'

/** Canaries wait this long after the planned end of a fault at most, for normal to return. */
export const LOOKED_AFTER_US: Us = 60 * SECOND

/** A fault has to stand alone for this long where others mask it, or as long as it lasts. */
const ALONE_US: Us = SECOND

const silentLink: readonly FaultEffect[] = ['link-cut', 'link-reset']
const stoppedRegion: readonly FaultEffect[] = ['region-stopped', 'region-lost']

/** What is measured to see a fault of this effect, and so which other effects show there just as it does. */
const alike: Record<FaultEffect, readonly FaultEffect[]> = {
  'link-cut': silentLink,
  'link-reset': silentLink,
  'link-slow': [...silentLink, 'link-slow'],
  'mirror-stopped': ['mirror-stopped', ...silentLink, ...stoppedRegion, 'log-stopped'],
  'region-stopped': [...stoppedRegion, 'agent-stopped'],
  'agent-stopped': [...stoppedRegion, 'agent-stopped'],
  'region-lost': [...stoppedRegion, 'agent-stopped', 'store-stopped', 'log-stopped'],
  'store-stopped': [...stoppedRegion, 'store-stopped'],
  'store-slow': [...stoppedRegion, 'store-stopped', 'store-slow'],
  'log-stopped': [...stoppedRegion, 'log-stopped'],
  'clock-wrong': [...stoppedRegion, 'agent-stopped', 'clock-wrong'],
  'log-clock-wrong': [...stoppedRegion, 'log-stopped', 'log-clock-wrong'],
}

/**
 * Whether `other`, while it is in force, shows in the canaries of `fault` just as `fault` does, or silences them: what
 * they read then proves nothing about `fault`.
 */
export function masks(other: FaultPlan, fault: FaultPlan): boolean {
  if (other.name === fault.name) return false
  return alike[effectOf(fault)].includes(effectOf(other)) && meets(other, fault)
}

/** Whether both touch the same place. Round trips take both directions of a link; a mirror has only one. */
function meets(other: FaultPlan, fault: FaultPlan): boolean {
  if ('region' in fault) return 'region' in other && other.region === fault.region
  if ('region' in other)
    return fault.links.some(({ from, to }) => [from, to].includes(other.region))
  const oneWay = [fault, other].every((one) => effectOf(one) === 'mirror-stopped')
  return fault.links.some((link) =>
    other.links.some(
      ({ from, to }) =>
        (from === link.from && to === link.to) || (!oneWay && from === link.to && to === link.from),
    ),
  )
}

type Span = { fromUs: Us; toUs: Us }

/** Faults that keep a canary from telling that `fault` began, or that it ended, whatever it reads; none if it can. */
export function maskedBy(fault: FaultPlan, faults: readonly FaultPlan[], endUs: Us): FaultPlan[] {
  const others = faults.filter((other) => masks(other, fault))
  const during = { fromUs: fault.atUs, toUs: fault.untilUs }
  const after = { fromUs: fault.untilUs, toUs: Math.min(fault.untilUs + LOOKED_AFTER_US, endUs) }
  const aloneUs = Math.min(ALONE_US, fault.untilUs - fault.atUs)
  const begins = without(others, during).filter(
    // Links heal at once; what silenced a server is only known to be over by an answer, which this fault swallows.
    ({ fromUs }) => fromUs === fault.atUs || !isOfServers(fault),
  )
  const inTheWay = (span: Span) =>
    others.filter(({ atUs, untilUs }) => atUs < span.toUs && untilUs > span.fromUs)
  if (!hasLong(begins, aloneUs)) return inTheWay(during)
  return hasLong(without(others, after), 0) ? [] : inTheWay(after)
}

const isOfServers = (fault: FaultPlan): boolean => !alike['link-slow'].includes(effectOf(fault))

const hasLong = (spans: readonly Span[], us: Us): boolean =>
  spans.some(({ fromUs, toUs }) => toUs - fromUs >= us)

/** What of a stretch no fault of these is in force in. */
function without(faults: readonly FaultPlan[], whole: Span): Span[] {
  let left = [whole]
  for (const { atUs, untilUs } of faults)
    left = left.flatMap(({ fromUs, toUs }) => [
      { fromUs, toUs: Math.min(toUs, atUs) },
      { fromUs: Math.max(fromUs, untilUs), toUs },
    ])
  return left.filter(({ fromUs, toUs }) => fromUs < toUs)
}
