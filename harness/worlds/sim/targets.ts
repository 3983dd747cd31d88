import type { FaultPlan, LinkName } from '../../model/fault.ts'
import type { RegionName } from '../../model/units.ts'
import type { Mirror } from './mirror.ts'
import type { SimRegion } from './region.ts'
import type { Timeline } from './timeline.ts'
import type { Wire } from './wire.ts'

/** What faults act on. */
export type Targets = {
  timeline: Timeline
  wire: Wire
  regions: Map<RegionName, SimRegion>
  mirrors: Mirror[]
  mirrorOf: (link: LinkName) => Mirror
  /** Mirrors that run in a region: those that pull into it. */
  mirrorsIn: (region: RegionName) => Mirror[]
  killAgent: (region: RegionName) => void
  restartAgent: (region: RegionName) => void
  pauseAgent: (region: RegionName) => Heal
}

/** Ends what was begun. */
export type Heal = () => void

export function cannot({ kind }: FaultPlan): never {
  throw new Error(`${kind} should have been refused before the run`)
}

export function each<T>(items: readonly T[], start: (item: T) => Heal): Heal {
  const heals = items.map(start)
  return () => {
    for (const heal of heals) heal()
  }
}

export function member<T>(set: Set<T>, item: T): Heal {
  set.add(item)
  return () => {
    set.delete(item)
  }
}
