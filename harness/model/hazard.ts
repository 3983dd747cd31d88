import { type FaultKindName, type FaultPlan, faultText } from './fault.ts'

/**
 * What faults do to a system, as far as a promise cares. The text completes "not promised when …".
 * `disks-lost-twice` is in a plan beside `disk-loss` if regions lose their disks two times or more.
 */
export const hazards = {
  'slow-link': 'a link is slow or loses packets',
  cut: 'a link is cut',
  'mirror-stop': 'a mirror stops',
  stall: 'a process or a server stands still or refuses',
  crash: 'a process or a server dies',
  'disk-loss': 'a region loses its disks',
  'disks-lost-twice': 'regions lose their disks more than once',
  'wrong-clock': 'a wall clock is wrong',
  'clock-drift': 'a clock runs at another speed',
} as const

export type Hazard = keyof typeof hazards

export const allHazards = Object.keys(hazards) as readonly Hazard[]

/** All hazards but these. */
export const hazardsBut = (...left: readonly Hazard[]): readonly Hazard[] =>
  allHazards.filter((hazard) => !left.includes(hazard))

/** A region that loses its disks is down meanwhile, so it is a crash too. */
const hazardsOfKind: Record<FaultKindName, readonly Hazard[]> = {
  partition: ['cut'],
  'one-way-cut': ['cut'],
  hold: ['cut'],
  flap: ['cut'],
  latency: ['slow-link'],
  jitter: ['slow-link'],
  loss: ['slow-link'],
  bandwidth: ['slow-link'],
  'connection-bandwidth': ['slow-link'],
  'connection-reset': ['cut'],
  'slow-close': ['slow-link'],
  'mirror-kill': ['mirror-stop'],
  'mirror-pause': ['mirror-stop'],
  'mirror-stall': ['mirror-stop'],
  'region-pause': ['stall'],
  'region-crash': ['crash'],
  'region-loss': ['crash', 'disk-loss'],
  'agent-pause': ['stall'],
  'agent-crash': ['crash'],
  'store-freeze': ['stall'],
  'store-crash': ['crash'],
  'log-freeze': ['stall'],
  'log-crash': ['crash'],
  'log-disk-full': ['stall'],
  'broker-loss': ['crash'],
  'index-rebuild': ['stall'],
  'brown-out': ['stall'],
  'clock-skew': ['wrong-clock'],
  'clock-strobe': ['wrong-clock'],
  'log-clock-skew': ['wrong-clock'],
}

/** One hazard of a plan, and the faults it comes from as messages name them. */
export type PlannedHazard = { hazard: Hazard; faults: string[] }

/** The hazards of planned faults, in the order of `hazards`. */
export function hazardsOf(faults: readonly FaultPlan[]): PlannedHazard[] {
  const losses = faults.filter(({ kind }) => hazardsOfKind[kind].includes('disk-loss'))
  const has = (fault: FaultPlan, hazard: Hazard): boolean => {
    if (hazard === 'clock-drift') return fault.kind === 'clock-skew' && fault.driftPpm !== 0
    if (hazard === 'disks-lost-twice') return losses.length > 1 && losses.includes(fault)
    return hazardsOfKind[fault.kind].includes(hazard)
  }
  return allHazards.flatMap((hazard) => {
    const from = faults.filter((fault) => has(fault, hazard)).map(faultText)
    return from.length === 0 ? [] : [{ hazard, faults: from }]
  })
}
