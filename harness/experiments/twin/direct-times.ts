import { Rng } from '../../base/rng.ts'
import type { Plan } from '../../model/plan.ts'
import { BASE_STAMP, type Change, NO_ROW, type Row } from '../../model/point.ts'
import { type RegionName, SECOND, type Us } from '../../model/units.ts'
import type { Network } from '../../ports/network.ts'
import type { World } from '../../ports/world.ts'
import { requestMessage } from '../../run/gateway.ts'
import type { Pool } from '../../workload/pool.ts'
import { pause } from '../../worlds/adapters/host-clock.ts'
import { PROBE_TOPIC } from '../../worlds/containers/probes.ts'

/**
 * What single calls took, in µs, one in flight unless it says otherwise, while the servers had nothing else to do.
 * `search`, `fetch` (one id, bounded), `append` and `scans` go by the client library to the server of one region;
 * `agentSearch` and `agentUpsert` to the agent of that region, which asks the same server. `visible` is from the
 * acknowledgement of an upsert to the first bounded search that shows it, `readable` to the first bounded fetch.
 * `strongFetch` is asked at random moments: it waits for a tick.
 */
export type DirectTimes = {
  region: RegionName
  points: number
  search: Us[]
  agentSearch: Us[]
  fetch: Us[]
  append: Us[]
  agentUpsert: Us[]
  visible: Us[]
  readable: Us[]
  strongFetch: Us[]
  scans: Us[]
  saturated: { inFlight: number; perSec: number; calls: number }
}

/** Calls of each kind that are measured, after as many as it takes for client and server to be warm. */
const CALLS = 300
const WARM_UP = 60
const UPSERTS = 120
const SCANS = 6
const IN_FLIGHT = 16
const SATURATED_US: Us = 3 * SECOND
const DEADLINE_US: Us = 10 * SECOND
/** Ids that no data set and no workload has. */
const FIRST_ID = 900_000_000

type Measured = {
  plan: Plan
  network: Network
  region: RegionName
  pool: Pool
  /** A row that stands among the ten nearest of a query, once it is there. */
  nearestOf: (query: number) => Row
  rng: Rng
}

/** Times calls to the servers of the plan's first region. The world must have been started. */
export async function measureDirectly(
  world: World,
  plan: Plan,
  pool: Pool,
  nearestOf: (query: number) => Row,
): Promise<DirectTimes> {
  const region = plan.regions[0] as RegionName
  const { network } = world.users(region)
  const rng = new Rng(plan.seed).fork('calibrate')
  const measured = { plan, network, region, pool, nearestOf, rng }
  const calls = await measureCalls(measured)
  const upserts = await measureUpserts(measured)
  const scans = await measureScans(measured)
  const saturated = await saturate(measured)
  return { region, points: plan.data.base, ...calls, ...upserts, scans, saturated }
}

/** One of each kind after the other, so that a slow moment of the machine falls on all of them. */
async function measureCalls(measured: Measured) {
  const { network, region, pool } = measured
  const { store, log } = network.reach(region)
  const times = {
    search: [] as Us[],
    agentSearch: [] as Us[],
    fetch: [] as Us[],
    append: [] as Us[],
  }
  for (let i = -WARM_UP; i < CALLS; i++) {
    const query = Math.abs(i) % pool.queries
    const took = {
      search: await timed(() => searchStore(measured, query)),
      agentSearch: await timed(() => askAgent(measured, { kind: 'search', query, k: 10 })),
      fetch: await timed(() => store.fetch([Math.abs(i)], 'bounded', call)),
      append: await timed(() => log.append(PROBE_TOPIC, [probeRecord(region, i)], call)),
    }
    if (i < 0) continue
    for (const kind of ['search', 'agentSearch', 'fetch', 'append'] as const)
      times[kind].push(took[kind])
  }
  return times
}

const call = { op: 0, deadlineUs: DEADLINE_US }

const searchStore = ({ network, region }: Measured, query: number) =>
  network.reach(region).store.search({ query, k: 10, consistency: 'bounded' }, call)

type Asked =
  | { kind: 'search'; query: number; k: number }
  | { kind: 'upsert'; id: number; row: number; op: number }

function askAgent({ network, region, pool }: Measured, asked: Asked): Promise<unknown> {
  const request = { op: 0, client: 'calibrate', session: {}, deadlineUs: DEADLINE_US, ...asked }
  return network.call(region, requestMessage(request, pool.dim), DEADLINE_US)
}

/** Negative ids are probes: taps and appliers leave them alone. */
const probeRecord = (region: RegionName, i: number): Change => ({
  id: -FIRST_ID - i,
  row: NO_ROW,
  write: 0,
  stamp: BASE_STAMP,
  deleted: true,
  origin: region,
})

/** At random moments: a write that follows the last one's tick would always wait for a whole tick. */
async function measureUpserts(measured: Measured) {
  const { network, region, pool, nearestOf } = measured
  const { store } = network.reach(region)
  const times = {
    agentUpsert: [] as Us[],
    visible: [] as Us[],
    readable: [] as Us[],
    strongFetch: [] as Us[],
  }
  let id = FIRST_ID
  for (let i = -WARM_UP / 3; i < UPSERTS; i++) {
    const query = Math.abs(i) % pool.queries
    const put = async () => {
      await atRandom(measured)
      id++
      const row = nearestOf(query)
      const took = await timed(() => askAgent(measured, { kind: 'upsert', id, row, op: id }))
      if (i >= 0) times.agentUpsert.push(took)
      return id
    }
    const first = await put()
    const visible = await sinceUntil(measured, async () =>
      (await searchStore(measured, query)).some((hit) => hit.id === first),
    )
    const second = await put()
    const readable = await sinceUntil(
      measured,
      async () => (await store.fetch([second], 'bounded', call)).length > 0,
    )
    await atRandom(measured)
    const strong = await timed(() => store.fetch([second], 'strong', call))
    if (i < 0) continue
    times.visible.push(visible)
    times.readable.push(readable)
    times.strongFetch.push(strong)
  }
  return times
}

const atRandom = ({ rng, plan }: Measured): Promise<void> =>
  pause(Math.round(rng.uniform() * 2 * plan.servers.tickUs))

/** Asks again and again; what an answer shows was so half a round trip before it came. */
async function sinceUntil({ region }: Measured, seen: () => Promise<boolean>): Promise<Us> {
  const sinceUs = nowUs()
  while (nowUs() - sinceUs < DEADLINE_US) {
    const sentUs = nowUs()
    if (await seen()) return Math.round((sentUs + nowUs()) / 2) - sinceUs
  }
  throw new Error(
    `an upsert acknowledged by ${region} was not to be found within ${DEADLINE_US / SECOND} s. ` +
      'Look into the container logs of the run; then try again.',
  )
}

async function measureScans({ network, region }: Measured): Promise<Us[]> {
  const scans: Us[] = []
  for (let i = 0; i < SCANS; i++)
    scans.push(await timed(() => network.reach(region).store.scan(call)))
  return scans.slice(1)
}

/** As many searches as the server and one client process can do. */
async function saturate(measured: Measured): Promise<DirectTimes['saturated']> {
  let calls = 0
  const startUs = nowUs()
  const lane = async (query: number) => {
    while (nowUs() - startUs < SATURATED_US) {
      await searchStore(measured, query % measured.pool.queries)
      calls++
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, (_, i) => lane(i)))
  const seconds = (nowUs() - startUs) / SECOND
  return { inFlight: IN_FLIGHT, perSec: Math.round(calls / seconds), calls }
}

async function timed(work: () => Promise<unknown>): Promise<Us> {
  const startUs = nowUs()
  await work()
  return nowUs() - startUs
}

const nowUs = (): Us => Math.round(performance.now() * 1000)
