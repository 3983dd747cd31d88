import type { FaultPlan, LinkName } from '../../model/fault.ts'
import { bandwidthText, durationText, shareText } from '../shown/figures.ts'

/** Where a fault acts: `us-east <-> eu-west`, `us-east -> eu-west`, or a region. */
export function targetText(fault: FaultPlan): string {
  return 'region' in fault ? fault.region : linksText(fault.links)
}

/** How strong it is, as the scenario writes it: `add 300ms`; empty where there is nothing to set. */
export function strengthText(fault: FaultPlan): string {
  switch (fault.kind) {
    case 'flap':
      return `down ${durationText(fault.downUs)}, up ${durationText(fault.upUs)}`
    case 'latency':
      return `add ${durationText(fault.addUs)}`
    case 'jitter':
      return `add ${durationText(fault.addUs)} ${fault.law}`
    case 'loss':
      return `share ${shareText(fault.share)}`
    case 'bandwidth':
    case 'connection-bandwidth':
      return `cap ${bandwidthText(fault.bitsPerSec)}`
    case 'slow-close':
      return `delay ${durationText(fault.delayUs)}`
    case 'brown-out':
      return `factor ${fault.factor}, share ${shareText(fault.share)}`
    case 'clock-skew':
      return `offset ${durationText(fault.offsetUs)}, drift ${fault.driftPpm}ppm`
    case 'clock-strobe':
      return `offset ${durationText(fault.offsetUs)}, every ${durationText(fault.everyUs)}`
    case 'broker-loss':
      return `count ${fault.count}`
    case 'index-rebuild':
      return `factor ${fault.factor}`
    case 'log-clock-skew':
      return `offset ${durationText(fault.offsetUs)}`
    default:
      return ''
  }
}

function linksText(links: readonly LinkName[]): string {
  const texts: string[] = []
  for (const [i, { from, to }] of links.entries()) {
    const back = links.findIndex((link) => link.from === to && link.to === from)
    if (back < 0) texts.push(`${from} -> ${to}`)
    else if (back > i) texts.push(`${from} <-> ${to}`)
  }
  return texts.join(', ')
}
