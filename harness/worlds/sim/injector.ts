import type { FaultPlan, LinkName } from '../../model/fault.ts'
import type { FaultInjector, InForce } from '../../ports/world.ts'
import { faultsMissingInSim } from './capabilities.ts'
import type { Link } from './link.ts'
import type { SimRegion } from './region.ts'
import { beginInRegion } from './region-faults.ts'
import { cannot, each, type Heal, member, type Targets } from './targets.ts'
import { cancel, type Timer } from './timeline.ts'

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
      return each(fault.links.map(targets.mirrorOf), (mirror) => mirror.pause())
    case 'mirror-stall':
      return each(fault.links.map(targets.mirrorOf), (mirror) => {
        mirror.stall()
        return () => mirror.unstall()
      })
    default:
      return beginInRegion(targets, targets.regions.get(fault.region) as SimRegion, fault)
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
