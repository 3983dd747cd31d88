import { arrivalsEndUs } from '../model/plan.ts'
import { MS, type Us } from '../model/units.ts'
import type { ClosedClient } from '../workload/closed-loop.ts'
import { perform, type Shared } from './perform.ts'

/**
 * A client that was refused asks again after its back-off, and no sooner than this: a refusal may take no time at all,
 * and a client that spins counts refusals, not searches.
 */
const LEAST_PAUSE_US: Us = MS

/** Every search of a run stays in memory for its analysis; an answer that takes no time must not fill it. */
const MOST_SEARCHES = 20_000_000

/**
 * Clients that each search, wait for the answer, think, and search again, from the start of warm-up to the end of
 * arrivals. A search is intended when its client is ready to ask. Operations are numbered in order of dispatch, from
 * `last` + 1 on.
 */
export async function closedLoop(
  shared: Shared,
  clients: readonly ClosedClient[],
  last: number,
): Promise<void> {
  let op = last
  const nextOp = (): number => {
    if (++op - last > MOST_SEARCHES)
      throw new Error(
        `a closed loop made more than ${MOST_SEARCHES} searches. Shorten the run, or give its clients think: 10ms.`,
      )
    return op
  }
  await Promise.all(clients.map((client) => loopOf(shared, client, nextOp)))
}

async function loopOf(
  shared: Shared,
  { load, client, queries }: ClosedClient,
  nextOp: () => number,
): Promise<void> {
  const { clock, plan, interrupted } = shared
  const { region, class: name, k, retry } = load
  const thinkUs = load.closedLoop?.thinkUs ?? 0
  const pauseUs = Math.max(thinkUs, retry.backoffUs, LEAST_PAUSE_US)
  const nextQuery = queries()
  const endUs = arrivalsEndUs(plan)
  let intendedUs: Us = 0
  while (true) {
    if (intendedUs >= endUs || interrupted()) return
    await clock.until(intendedUs)
    if (interrupted()) return
    const whose = { region, ...(name !== undefined && { class: name }), client }
    const wanted = { kind: 'search', query: nextQuery(), k } as const
    const outcome = await perform(shared, load, { op: nextOp(), ...whose, intendedUs, ...wanted })
    const answeredUs = Math.max(clock.now(), intendedUs + 1)
    intendedUs = answeredUs + (outcome === 'ok' ? thinkUs : pauseUs)
  }
}
