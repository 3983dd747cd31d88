import type { FaultKindName, FaultPlan } from './fault.ts'
import { SECOND, type Us } from './units.ts'

/** Canaries wait this long after the planned end of a fault at most, for normal to return. */
export const LOOKED_AFTER_US: Us = 60 * SECOND

/** A fault has to stand alone for this long where others mask it, or as long as it lasts. */
export const ALONE_US: Us = SECOND

const silenceLink: readonly FaultKindName[] = [
  ...(['partition', 'one-way-cut', 'hold', 'flap', 'connection-reset'] as const),
]
const slowLink: readonly FaultKindName[] = [
  ...(['latency', 'jitter', 'loss', 'bandwidth', 'connection-bandwidth', 'slow-close'] as const),
]
const stopMirror: readonly FaultKindName[] = ['mirror-kill', 'mirror-pause', 'mirror-stall']
const stopRegion: readonly FaultKindName[] = ['region-pause', 'region-crash', 'region-loss']
const stopAgent: readonly FaultKindName[] = ['agent-pause', 'agent-crash']
const stopStore: readonly FaultKindName[] = ['store-freeze', 'store-crash']
const slowStore: readonly FaultKindName[] = ['brown-out', 'index-rebuild']
const stopLog: readonly FaultKindName[] = [
  ...(['log-freeze', 'log-crash', 'log-disk-full', 'broker-loss'] as const),
]
const moveClock: readonly FaultKindName[] = ['clock-skew', 'clock-strobe']

/** What is measured to see a fault of these kinds, and so which other kinds show there just as it does. */
const alike: { of: readonly FaultKindName[]; as: readonly FaultKindName[] }[] = [
  { of: silenceLink, as: silenceLink },
  { of: slowLink, as: [...silenceLink, ...slowLink] },
  { of: stopMirror, as: [...stopMirror, ...silenceLink, ...stopRegion, ...stopLog] },
  { of: ['region-pause', 'region-crash', ...stopAgent], as: [...stopRegion, ...stopAgent] },
  { of: ['region-loss'], as: [...stopRegion, ...stopAgent, ...stopStore, ...stopLog] },
  { of: stopStore, as: [...stopRegion, ...stopStore] },
  { of: slowStore, as: [...stopRegion, ...stopStore, ...slowStore] },
  { of: stopLog, as: [...stopRegion, ...stopLog] },
  { of: moveClock, as: [...stopRegion, ...stopAgent, ...moveClock] },
  { of: ['log-clock-skew'], as: [...stopRegion, ...stopLog, 'log-clock-skew'] },
]

/**
 * Whether `other`, while it is in force, shows in the canaries of `fault` just as `fault` does, or silences them: what
 * they read then proves nothing about `fault`.
 */
export function masks(other: FaultPlan, fault: FaultPlan): boolean {
  if (other.name === fault.name) return false
  const kinds = alike.find(({ of }) => of.includes(fault.kind))?.as ?? []
  return kinds.includes(other.kind) && meets(other, fault)
}

/** Whether both touch the same place. Round trips take both directions of a link; a mirror has only one. */
function meets(other: FaultPlan, fault: FaultPlan): boolean {
  if ('region' in fault) return 'region' in other && other.region === fault.region
  if ('region' in other)
    return fault.links.some(({ from, to }) => [from, to].includes(other.region))
  const oneWay = stopMirror.includes(fault.kind) && stopMirror.includes(other.kind)
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

const isOfServers = ({ kind }: FaultPlan): boolean =>
  !silenceLink.includes(kind) && !slowLink.includes(kind)

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
