/**
 * What is done to a system, as far as a promise cares: by faults, and by a machine that is too small for its servers.
 * The text completes "not promised when …". `disks-lost-twice` is in a plan beside `disk-loss` if regions lose their
 * disks two times or more. `busy-machine` is in no plan: the record shows it.
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
  'busy-machine': 'the machine of the run could not keep up',
} as const

export type Hazard = keyof typeof hazards

export const allHazards = Object.keys(hazards) as readonly Hazard[]

/** All hazards but these. */
export const hazardsBut = (...left: readonly Hazard[]): readonly Hazard[] =>
  allHazards.filter((hazard) => !left.includes(hazard))
