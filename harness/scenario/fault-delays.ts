import type { FaultPlan, LinkName } from '../model/fault.ts'
import type { LinkPlan } from '../model/plan.ts'
import type { Us } from '../model/units.ts'
import type { Sheet } from './document.ts'
import { durationText } from './figures.ts'

type JitterFault = FaultPlan & { kind: 'jitter' }

const isOn = (fault: FaultPlan, { from, to }: LinkName): boolean =>
  'links' in fault && fault.links.some((link) => link.from === from && link.to === to)

/**
 * Reports a fault of uniform jitter (±) that would take more from a delay than the link has while it lasts: a message
 * cannot arrive before it was sent, and delays cut at 0 would have another mean than the plan says.
 */
export function checkJitters(
  sheet: Sheet,
  links: readonly LinkPlan[],
  faults: readonly FaultPlan[],
): void {
  for (const [i, fault] of faults.entries()) {
    if (fault.kind !== 'jitter' || fault.law !== 'uniform') continue
    const tooShort = links.find((link) => isOn(fault, link) && shortestUs(link, fault, faults) < 0)
    if (!tooShort) continue
    const least = durationText(shortestUs(tooShort, fault, faults) + fault.addUs)
    sheet.report(['faults', i, 'add'], {
      message: `± ${durationText(fault.addUs)} would arrive before it was sent: ${tooShort.from} -> ${tooShort.to} has ${least} to take it from`,
      hint: 'Make it smaller, or write law: exponential, which only adds.',
    })
  }
}

/** The shortest delay that can be drawn on a link while a fault of jitter lasts, in µs; below 0 if it takes too much. */
function shortestUs(link: LinkPlan, during: JitterFault, faults: readonly FaultPlan[]): Us {
  const onLink = faults.filter((fault) => isOn(fault, link))
  const moments = [during.atUs, ...onLink.flatMap(({ atUs, untilUs }) => [atUs, untilUs])]
  const own = link.latencyUs - (link.law === 'uniform' ? link.jitterUs : 0)
  const floors = moments
    .filter((us) => us >= during.atUs && us < during.untilUs)
    .map((us) => {
      const inForce = onLink.filter(({ atUs, untilUs }) => us >= atUs && us < untilUs)
      return inForce.reduce((floor, fault) => floor + leastAddedUs(fault), own)
    })
  return Math.min(...floors)
}

function leastAddedUs(fault: FaultPlan): Us {
  if (fault.kind === 'latency') return fault.addUs
  return fault.kind === 'jitter' && fault.law === 'uniform' ? -fault.addUs : 0
}
