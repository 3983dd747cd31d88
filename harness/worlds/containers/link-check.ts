import { EnvironmentError } from '../../model/errors.ts'
import { type LinkPlan, roundTripFloorUs } from '../../model/plan.ts'
import { MS, SECOND, type Us } from '../../model/units.ts'
import type { Echo } from '../../ports/world.ts'
import { pause } from '../adapters/host-clock.ts'

const TIMES = 5
const BYTES = 64

/** How far a round trip may be off before a run on this link would measure something else than it says. */
const toleranceUs = (expectedUs: Us, jitterUs: Us): Us =>
  Math.max(15 * MS, expectedUs / 4) + jitterUs

/** A machine that has just started everything is busy: a link may need this long to be what it is. */
const WITHIN_US: Us = 20 * SECOND

/**
 * Measures every link before the load: there and back, five echoes, of which the median fits, again until all do. None
 * may be shorter than both directions allow: no machine is too busy for that. Rejects with an EnvironmentError that names
 * the first link that was still not what the plan says after 20 s, or at once the one that was too fast.
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
    if (wrong.tooFast || now() > untilUs) throw wrong.error
    await pause(20 * MS)
  }
}

type Wrong = { tooFast: boolean; error: EnvironmentError }

async function firstWrong(
  links: readonly LinkPlan[],
  echo: (link: LinkPlan, bytes: number, deadlineUs: Us) => Promise<Echo>,
  now: () => Us,
): Promise<Wrong | undefined> {
  const found = await Promise.all(
    links.map(async (link): Promise<Wrong | null> => {
      const back = links.find(({ from, to }) => from === link.to && to === link.from)
      if (!back) return null
      const expectedUs = link.latencyUs + back.latencyUs
      const jitterUs = link.jitterUs + back.jitterUs
      const rtts = await roundTrips(() => echo(link, BYTES, expectedUs + 2 * SECOND), now)
      if (!rtts) return { tooFast: false, error: linkOff(link, expectedUs, 'no echo came back') }
      const [fastest = 0, median = 0] = [rtts[0], rtts[TIMES >> 1]]
      const lowestUs = roundTripFloorUs(links, link)
      if (fastest < lowestUs) {
        const saw = `one took ${msText(fastest)}, although nothing can take less than ${msText(lowestUs)}`
        return { tooFast: true, error: linkOff(link, expectedUs, saw) }
      }
      const fits = Math.abs(median - expectedUs) <= toleranceUs(expectedUs, jitterUs)
      const saw = `an echo takes ${msText(median)}`
      return fits ? null : { tooFast: false, error: linkOff(link, expectedUs, saw) }
    }),
  )
  return found.find((wrong) => wrong?.tooFast) ?? found.find((wrong) => wrong !== null) ?? undefined
}

/** Shortest first; null if an echo did not come back. */
async function roundTrips(echo: () => Promise<Echo>, now: () => Us): Promise<Us[] | null> {
  const rtts: Us[] = []
  for (let i = 0; i < TIMES; i++) {
    const sentUs = now()
    if (!(await echo()).ok) return null
    rtts.push(now() - sentUs)
  }
  return rtts.sort((a, b) => a - b)
}

const msText = (us: Us): string => `${(us / MS).toFixed(1)} ms`

const linkOff = ({ from, to }: LinkPlan, expectedUs: Us, saw: string): EnvironmentError =>
  new EnvironmentError(
    `The link ${from} -> ${to} differs from the plan: the round trip should take ${msText(expectedUs)}, and ${saw}. ` +
      'Nothing was measured. Try: end other programs on this machine, or fewer regions; then the log of Toxiproxy.',
  )
