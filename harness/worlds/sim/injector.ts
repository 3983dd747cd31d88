import type { FaultKindName, FaultOf, FaultPlan, LinkName } from '../../model/fault.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { FaultInjector, InForce } from '../../ports/world.ts'
import type { Skew } from '../region-time.ts'
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
  pauseAgent: (region: RegionName) => Heal
}

/** Ends what was begun. */
type Heal = () => void

/** Begins a fault; what it gives ends it. */
type Inject<K extends FaultKindName> = (targets: Targets, fault: FaultOf<K>) => Heal

/** Why the simulator cannot inject a fault, and what to write instead. */
type Refusal = { cannot: string }

const faults: { readonly [K in FaultKindName]: Inject<K> | Refusal } = {
  partition: (targets, { links }) => cut(targets, links),
  'one-way-cut': (targets, { links }) => cut(targets, links),
  hold: (targets, { links }) =>
    onLinks(targets, links, (link) => {
      link.startHold()
      return () => link.endHold()
    }),
  flap: (targets, { links, upUs, downUs }) => flap(targets, links, upUs, downUs),
  latency: (targets, { links, addUs }) =>
    onLinks(targets, links, (link) => member(link.added, { us: addUs })),
  jitter: (targets, { links, addUs, law }) =>
    onLinks(targets, links, (link) => member(link.jitters, { us: addUs, law })),
  loss: (targets, { links, share }) =>
    onLinks(targets, links, (link) => member(link.losses, { share })),
  bandwidth: (targets, { links, bitsPerSec }) =>
    onLinks(targets, links, (link) => member(link.caps, { bitsPerSec })),
  'connection-bandwidth': (targets, { links, bitsPerSec }) =>
    onLinks(targets, links, (link) => member(link.connectionCaps, { bitsPerSec })),
  'connection-reset': (targets, { links }) =>
    onLinks(targets, links, (link) => {
      link.startReset()
      return () => link.endReset()
    }),
  'slow-close': {
    cannot:
      'its connections are never closed, only reset. Run it in containers, or write connection-reset.',
  },
  'mirror-kill': (targets, fault) =>
    onMirrors(targets, fault, (mirror) => {
      mirror.kill()
      return () => mirror.restart()
    }),
  'mirror-pause': (targets, fault) => onMirrors(targets, fault, (mirror) => mirror.pause()),
  'mirror-stall': (targets, fault) =>
    onMirrors(targets, fault, (mirror) => {
      mirror.stall()
      return () => mirror.unstall()
    }),
  'region-pause': (targets, fault) => pauseRegion(targets, regionOf(targets, fault)),
  'region-crash': (targets, fault) => crashRegion(targets, regionOf(targets, fault)),
  'region-loss': (targets, fault) => loseRegion(targets, regionOf(targets, fault)),
  'agent-pause': (targets, { region }) => targets.pauseAgent(region),
  'agent-crash': (targets, { region }) => {
    targets.killAgent(region)
    return () => targets.restartAgent(region)
  },
  'store-freeze': (targets, fault) => freeze(regionOf(targets, fault).store.server),
  'store-crash': (targets, fault) => {
    const { store } = regionOf(targets, fault)
    store.kill()
    return () => store.restart()
  },
  'log-freeze': (targets, fault) => freeze(regionOf(targets, fault).log.server),
  'log-crash': (targets, fault) => {
    const { log } = regionOf(targets, fault)
    log.kill()
    return () => log.restart()
  },
  'log-disk-full': (targets, fault) => regionOf(targets, fault).log.brokers.fill(),
  'broker-loss': (targets, fault) => regionOf(targets, fault).log.brokers.lose(fault.count),
  'index-rebuild': (targets, fault) => rebuildIndex(regionOf(targets, fault), fault.factor),
  'brown-out': (targets, fault) => {
    const { factor, share } = fault
    return member(regionOf(targets, fault).store.server.slow, { factor, share })
  },
  'clock-skew': (targets, fault) => {
    const { time } = regionOf(targets, fault).seat
    const { offsetUs, driftPpm } = fault
    const skew = { offsetUs, driftPpm, sinceUs: targets.timeline.now() }
    time.skews.add(skew)
    return () => time.end(skew)
  },
  'clock-strobe': (targets, fault) => strobe(targets, regionOf(targets, fault), fault),
  'log-clock-skew': {
    cannot:
      'records of its log carry no time of the log. Run it in containers, or write clock-skew.',
  },
}

/** Why the simulator cannot inject a fault, and what to write instead; null if it can. */
export function whyNot({ kind }: FaultPlan): string | null {
  const entry = faults[kind]
  return 'cannot' in entry ? entry.cannot : null
}

/** Faults in the simulator; what it cannot do was refused when the plan was read. */
export function injectorFor(targets: Targets): FaultInjector {
  return {
    missing: (planned) =>
      planned.flatMap((fault) => {
        const why = whyNot(fault)
        return why === null ? [] : [{ fault: fault.name, why }]
      }),
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

function begin<K extends FaultKindName>(targets: Targets, fault: FaultOf<K>): Heal {
  const entry: Inject<K> | Refusal = faults[fault.kind as K]
  if ('cannot' in entry) throw new Error(`${fault.kind} should have been refused before the run`)
  return entry(targets, fault)
}

const regionOf = ({ regions }: Targets, { region }: { region: RegionName }): SimRegion =>
  regions.get(region) as SimRegion

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

const onMirrors = (
  { mirrorOf }: Targets,
  { links }: { links: readonly LinkName[] },
  start: (mirror: Mirror) => Heal,
): Heal => each(links.map(mirrorOf), start)

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
