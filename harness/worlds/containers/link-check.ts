import type { LinkPlan } from '../../model/plan.ts'
import { MS, SECOND, type Us } from '../../model/units.ts'
import type { Echo } from '../../ports/world.ts'
import { pause } from '../adapters/host-clock.ts'
import { EnvironmentError } from './topology/errors.ts'

const TIMES = 5
const BYTES = 64

/** How far a round trip may be off before a run on this link would measure something else than it says. */
const toleranceUs = (expectedUs: Us, jitterUs: Us): Us =>
  Math.max(15 * MS, expectedUs / 4) + jitterUs

/** A machine that has just started everything is busy: a link may need this long to be what it is. */
const WITHIN_US: Us = 20 * SECOND

/**
 * Measures every link before the load: there and back, the median of five echoes, again until all fit. Rejects with
 * an EnvironmentError that names the first link that was still not what the plan says after 20 s.
 */
export async function checkLinks(
  links: readonly LinkPlan[],
  echo: (link: LinkPlan, bytes: number, deadlineUs: Us) => Promise<Echo>,
  now: () => Us,
): Promise<void> {
  const untilUs = now() + WITHIN_US
  for (;;) {
    const wrong = await firstWrong(links, echo, now)
    if (!wrong) return
    if (now() > untilUs) throw wrong
    await pause(20 * MS)
  }
}

async function firstWrong(
  links: readonly LinkPlan[],
  echo: (link: LinkPlan, bytes: number, deadlineUs: Us) => Promise<Echo>,
  now: () => Us,
): Promise<EnvironmentError | undefined> {
  const faults = await Promise.all(
    links.map(async (link) => {
      const back = links.find(({ from, to }) => from === link.to && to === link.from)
      if (!back) return null
      const expectedUs = link.latencyUs + back.latencyUs
      const measuredUs = await medianUs(() => echo(link, BYTES, expectedUs + 2 * SECOND), now)
      const offUs = measuredUs === null ? null : Math.abs(measuredUs - expectedUs)
      const fits = offUs !== null && offUs <= toleranceUs(expectedUs, link.jitterUs + back.jitterUs)
      return fits ? null : linkOff(link, expectedUs, measuredUs)
    }),
  )
  return faults.find((fault) => fault !== null) ?? undefined
}

async function medianUs(echo: () => Promise<Echo>, now: () => Us): Promise<Us | null> {
  const rtts: Us[] = []
  for (let i = 0; i < TIMES; i++) {
    const sentUs = now()
    if (!(await echo()).ok) return null
    rtts.push(now() - sentUs)
  }
  return rtts.sort((a, b) => a - b)[TIMES >> 1] as Us
}

function linkOff({ from, to }: LinkPlan, expectedUs: Us, measuredUs: Us | null): EnvironmentError {
  const ms = (us: Us): string => `${(us / MS).toFixed(1)} ms`
  const saw = measuredUs === null ? 'no echo came back' : `an echo takes ${ms(measuredUs)}`
  return new EnvironmentError(
    `The link ${from} -> ${to} is not what the plan says: there and back should take ${ms(expectedUs)}, and ${saw}. ` +
      'Nothing was measured. Try: end other programs on this machine, or fewer regions; then the log of Toxiproxy.',
  )
}
