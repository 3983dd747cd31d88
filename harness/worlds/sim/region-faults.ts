import type { FaultPlan } from '../../model/fault.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { Skew } from '../region-time.ts'
import type { SimRegion } from './region.ts'
import type { Server } from './server.ts'
import { cannot, type Heal, member, type Targets } from './targets.ts'
import { cancel, type Timer } from './timeline.ts'

/** Begins a fault in one region; what it gives ends it. */
export function beginInRegion(
  targets: Targets,
  region: SimRegion,
  fault: Extract<FaultPlan, { region: RegionName }>,
): Heal {
  switch (fault.kind) {
    case 'region-pause':
      return pauseRegion(targets, region)
    case 'region-crash':
      return crashRegion(targets, region)
    case 'region-loss':
      return loseRegion(targets, region)
    case 'agent-pause':
      return targets.pauseAgent(region.name)
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
    case 'log-disk-full':
      return region.log.brokers.fill()
    case 'broker-loss':
      return region.log.brokers.lose(fault.count)
    case 'index-rebuild':
      return rebuildIndex(region, fault.factor)
    case 'brown-out':
      return member(region.store.server.slow, { factor: fault.factor, share: fault.share })
    case 'clock-skew': {
      const { time } = region.seat
      const { offsetUs, driftPpm } = fault
      const skew = { offsetUs, driftPpm, sinceUs: targets.timeline.now() }
      time.skews.add(skew)
      return () => time.end(skew)
    }
    case 'clock-strobe':
      return strobe(targets, region, fault)
    case 'log-clock-skew':
      return cannot(fault)
  }
}

/** The process of a server stands still, as under SIGSTOP. */
function freeze({ process }: Server): Heal {
  process.pause()
  return () => process.resume()
}

/** Processes of the region stand still, as under SIGSTOP; what arrives meanwhile waits. */
function pauseRegion(targets: Targets, region: SimRegion): Heal {
  const servers = [region.store.server.process, region.log.server.process]
  const resumeAgent = targets.pauseAgent(region.name)
  for (const process of servers) process.pause()
  const mirrors = targets.mirrorsIn(region.name).map((mirror) => mirror.pause())
  return () => {
    for (const process of servers) process.resume()
    for (const resume of mirrors) resume()
    resumeAgent()
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

/** As a crash, and nothing is left on the disks: what mirrors know of offsets there means nothing any more. */
function loseRegion(targets: Targets, region: SimRegion): Heal {
  const restart = crashRegion(targets, region)
  region.store.wipe()
  region.log.wipe()
  region.seat.durable.clear()
  for (const mirror of targets.mirrors) {
    const { from, to } = mirror.setting
    if (from === region.name || to === region.name) mirror.startOver()
  }
  return restart
}

/** Graphs that were built anew take the place of the old ones at the end. */
function rebuildIndex({ store }: SimRegion, factor: number): Heal {
  const end = member(store.rebuilds, { factor })
  return () => {
    end()
    store.rebuildIndexes()
  }
}

/** Off first, then true, and so on until healed. */
function strobe(
  { timeline }: Targets,
  { seat: { time } }: SimRegion,
  { offsetUs, everyUs }: { offsetUs: Us; everyUs: Us },
): Heal {
  let off: Skew | null = null
  let timer: Timer
  const turn = () => {
    if (off) time.end(off)
    off = off ? null : { offsetUs, driftPpm: 0, sinceUs: timeline.now() }
    if (off) time.skews.add(off)
    timer = timeline.after(everyUs, turn)
  }
  turn()
  return () => {
    cancel(timer)
    if (off) time.end(off)
  }
}
