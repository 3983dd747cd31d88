import type { RecordEvent } from '../model/record.ts'
import type { RegionName } from '../model/units.ts'
import { CallError } from '../ports/errors.ts'
import type { Stop } from '../ports/system.ts'
import { type Reply, requestMessage } from './gateway.ts'
import type { Running } from './running.ts'

const PROBE_DEADLINE_US = 2_000_000

/** Asks all regions the same query at one instant, again and again: how far their answers are apart. */
export async function probeRegions(running: Running, stop: Stop): Promise<void> {
  const { plan, world, probes, emit } = running
  const asked: Promise<void>[] = []
  for (const { atUs, pair, query } of probes) {
    await world.clock.until(atUs)
    if (stop.fired || running.interrupted()) break
    for (const region of plan.regions) asked.push(ask(running, region, pair, query).then(emit))
  }
  await Promise.all(asked)
}

/** One region's answer, asked by a user of that region, at its own gateway. */
async function ask(
  { world, k, dim }: Running,
  region: RegionName,
  pair: number,
  query: number,
): Promise<RecordEvent> {
  const t = world.clock.now()
  const message = requestMessage(
    {
      kind: 'search',
      op: 0,
      client: `${region}/probe`,
      session: {},
      query,
      k,
      deadlineUs: PROBE_DEADLINE_US,
    },
    dim,
  )
  const probe = { type: 'probe' as const, t, pair, region, query, k }
  try {
    const reply = await world.users(region).network.call(region, message, PROBE_DEADLINE_US)
    const { ids, writes } = reply.body as Reply
    return { ...probe, done: world.clock.now(), outcome: 'ok', ids, writes }
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    const outcome = error.definite ? 'fail' : 'unknown'
    return { ...probe, done: world.clock.now(), outcome, ids: [], writes: [] }
  }
}
