import type { FaultPlan, LinkName } from '../../model/fault.ts'
import type { RegionName } from '../../model/units.ts'
import type { FaultInjector, InForce } from '../../ports/world.ts'
import { faultsMissingInSim } from './capabilities.ts'
import type { Link } from './link.ts'
import type { Mirror } from './mirror.ts'
import type { SimRegion } from './region.ts'
import type { Server } from './server.ts'
import { cancel, type Timeline, type Timer } from './timeline.ts'
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
  pauseAgent: (region: RegionName) => void
  resumeAgent: (region: RegionName) => void
}

type Heal = () => void

/** Faults in the simulator; what it cannot do was refused when the plan was read. */
export function injectorFor(targets: Targets): FaultInjector {
  return {
    missing: faultsMissingInSim,
    inject: async (fault): Promise<InForce> => {
      const heal = begin(targets, fault)
      let inForce = true
      return {
        heal: async () => {
          if (inForce) heal()
          inForce = false
        },
      }
    },
  }
}

function begin(targets: Targets, fault: FaultPlan): Heal {
  switch (fault.kind) {
    case 'partition':
    case 'one-way-cut':
      return cut(targets, fault.links)
    case 'flap':
      return flap(targets, fault.links, fault.upUs, fault.downUs)
    case 'hold':
      return onLinks(targets, fault.links, (link) => {
        link.startHold()
        return () => link.endHold()
      })
    case 'latency':
      return onLinks(targets, fault.links, (link) => member(link.added, { us: fault.addUs }))
    case 'jitter':
      return onLinks(targets, fault.links, (link) =>
        member(link.jitters, { us: fault.addUs, law: fault.law }),
      )
    case 'loss':
      return onLinks(targets, fault.links, (link) => member(link.losses, { share: fault.share }))
    case 'bandwidth':
      return onLinks(targets, fault.links, (link) =>
        member(link.caps, { bitsPerSec: fault.bitsPerSec }),
      )
    case 'connection-bandwidth':
      return onLinks(targets, fault.links, (link) =>
        member(link.connectionCaps, { bitsPerSec: fault.bitsPerSec }),
      )
    case 'connection-reset':
      return onLinks(targets, fault.links, (link) => {
        link.startReset()
        return () => link.endReset()
      })
    case 'slow-close':
      return cannot(fault)
    case 'mirror-kill':
      return each(fault.links.map(targets.mirrorOf), (mirror) => {
        mirror.kill()
        return () => mirror.restart()
      })
    case 'mirror-pause':
      return each(fault.links.map(targets.mirrorOf), (mirror) => {
        mirror.pause()
        return () => mirror.resume()
      })
    default:
      return beginInRegion(targets, targets.regions.get(fault.region) as SimRegion, fault)
  }
}

function beginInRegion(
  targets: Targets,
  region: SimRegion,
  fault: Extract<FaultPlan, { region: RegionName }>,
): Heal {
  switch (fault.kind) {
    case 'region-pause':
      return pauseRegion(targets, region)
    case 'region-crash':
      return crashRegion(targets, region)
    case 'agent-pause':
      targets.pauseAgent(region.name)
      return () => targets.resumeAgent(region.name)
    case 'agent-crash':
      targets.killAgent(region.name)
      return () => targets.restartAgent(region.name)
    case 'store-freeze':
      return freeze(region.store.server)
    case 'log-freeze':
      return freeze(region.log.server)
    case 'store-crash':
      region.store.kill()
      return () => region.store.restart()
    case 'log-crash':
      region.log.kill()
      return () => region.log.restart()
    case 'brown-out':
      return member(region.store.server.slow, { factor: fault.factor, share: fault.share })
    case 'clock-skew': {
      const { time } = region.seat
      const { offsetUs, driftPpm } = fault
      const skew = { offsetUs, driftPpm, sinceUs: targets.timeline.now() }
      time.skews.add(skew)
      return () => time.end(skew)
    }
    case 'log-clock-skew':
      return cannot(fault)
  }
}

function cannot({ kind }: FaultPlan): never {
  throw new Error(`${kind} should have been refused before the run`)
}

/** The process of a server stands still, as under SIGSTOP. */
function freeze({ process }: Server): Heal {
  process.pause()
  return () => process.resume()
}

/** Processes of the region stand still, as under SIGSTOP; what arrives meanwhile waits. */
function pauseRegion(targets: Targets, region: SimRegion): Heal {
  const servers = [region.store.server.process, region.log.server.process]
  const mirrors = targets.mirrorsIn(region.name)
  targets.pauseAgent(region.name)
  for (const process of servers) process.pause()
  for (const mirror of mirrors) mirror.pause()
  return () => {
    for (const process of servers) process.resume()
    for (const mirror of mirrors) mirror.resume()
    targets.resumeAgent(region.name)
  }
}

/** Agent, store, log and the mirrors that pull into the region die; the disks and the users live. */
function crashRegion(targets: Targets, region: SimRegion): Heal {
  const mirrors = targets.mirrorsIn(region.name)
  targets.killAgent(region.name)
  region.store.kill()
  region.log.kill()
  for (const mirror of mirrors) mirror.kill()
  return () => {
    region.log.restart()
    region.store.restart()
    for (const mirror of mirrors) mirror.restart()
    targets.restartAgent(region.name)
  }
}

function cut(targets: Targets, links: readonly LinkName[]): Heal {
  for (const { from, to } of links) targets.wire.link(from, to).startCut()
  return () => {
    for (const { from, to } of links) targets.wire.link(from, to).endCut()
    for (const { from, to } of links) targets.wire.resetConnections(from, to)
  }
}

/** Down first, then up, and so on until healed. */
function flap(targets: Targets, links: readonly LinkName[], upUs: number, downUs: number): Heal {
  let mend: Heal | null = null
  let timer: Timer
  const down = () => {
    mend = cut(targets, links)
    timer = targets.timeline.after(downUs, up)
  }
  const up = () => {
    mend?.()
    mend = null
    timer = targets.timeline.after(upUs, down)
  }
  down()
  return () => {
    cancel(timer)
    mend?.()
  }
}

function onLinks(targets: Targets, links: readonly LinkName[], start: (link: Link) => Heal): Heal {
  return each(
    links.map(({ from, to }) => targets.wire.link(from, to)),
    start,
  )
}

function each<T>(items: readonly T[], start: (item: T) => Heal): Heal {
  const heals = items.map(start)
  return () => {
    for (const heal of heals) heal()
  }
}

function member<T>(set: Set<T>, item: T): Heal {
  set.add(item)
  return () => {
    set.delete(item)
  }
}
