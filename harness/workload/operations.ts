import { invariant } from '../base/invariant.ts'
import { Rng } from '../base/rng.ts'
import { expectedBefore } from '../model/arrivals.ts'
import type { Operation, OperationKind } from '../model/operation.ts'
import { arrivalsEndUs, type LoadPlan, loadName, type Plan, runEndUs } from '../model/plan.ts'
import type { PointId, Row } from '../model/point.ts'
import type { RegionName, Us } from '../model/units.ts'
import { arrivalTimes, arrivingKinds, rateOf } from './arrivals.ts'
import { type ClosedClient, closedClients } from './closed-loop.ts'
import { type KeySpace, LoadKeys, WorkloadError } from './keys.ts'
import type { Pool } from './pool.ts'
import { queryDraw } from './queries.ts'

/** Everything a run will want, known before it begins. */
export type Workload = {
  /** Points every store holds at the start: id = row. */
  base: { id: PointId; row: Row }[]
  /** In order of intended time; `op` counts from 1. */
  operations: Operation[]
  /** Clients whose searches come when they are answered; their numbers follow those of `operations`. */
  closed: ClosedClient[]
  /** Highest pool row that can ever be live, plus 1. */
  rowsUsed: number
  /** Query ids of all searches and probes, ascending. */
  queriesUsed: Row[]
}

/** A paired probe: one query asked in all regions at one instant. Pairs count from 1. */
type Probe = { atUs: Us; pair: number; query: Row }

/** The number of an operation before those of all regions are merged and numbered. */
const UNNUMBERED = 0

/** Part of the pool that planning needs. */
type Vectors = Pick<Pool, 'size' | 'queries' | 'popularity'>

/** Streams of one load, in the order that breaks ties of intended times. */
const streams: readonly OperationKind[] = ['search', 'upsert', 'delete', 'fetch']

const FETCH_AFTER_US = { min: 200_000, max: 1_000_000 }

/**
 * All operations of a plan, drawn from forks of its seed: same plan, same operations, and the load of one region
 * moves nothing in another. A plan that lists its operations has those. Throws WorkloadError if the data set is too
 * small for the plan.
 */
export function planOperations(plan: Plan, pool: Vectors): Workload {
  checkLoads(plan)
  const operations = plan.operations ?? drawnOperations(plan, pool)
  const queries = new Set(probeSchedule(plan, pool).map((probe) => probe.query))
  const closed = closedClients(plan, pool)
  // Which of them are reached depends on how fast answers are.
  if (closed.length > 0) for (let query = 0; query < pool.queries; query++) queries.add(query)
  let rowsUsed = plan.data.base
  for (const operation of operations) {
    if (operation.kind === 'search') queries.add(operation.query)
    if (operation.kind === 'upsert') rowsUsed = Math.max(rowsUsed, operation.row + 1)
  }
  return {
    base: Array.from({ length: plan.data.base }, (_, id) => ({ id, row: id })),
    operations,
    closed,
    rowsUsed,
    queriesUsed: [...queries].sort((a, b) => a - b),
  }
}

function drawnOperations(plan: Plan, pool: Vectors): Operation[] {
  checkSize(plan)
  const operations = plan.load.flatMap((load) => loadOperations(plan, load, pool))
  const rank = ({ region, kind }: Operation): number =>
    plan.regions.indexOf(region) * streams.length + streams.indexOf(kind)
  // A stable sort: of equal ones the first drawn comes first.
  operations.sort((a, b) => a.intendedUs - b.intendedUs || rank(a) - rank(b))
  let op = 0
  for (const operation of operations) operation.op = ++op
  return operations
}

/** All operations stand in memory before a run; more than this many are a mistake in a rate or a length. */
const MOST_OPERATIONS = 20_000_000

function checkSize(plan: Plan): void {
  const expected = expectedCounts(plan).reduce((sum, { expected: some }) => sum + some, 0)
  if (expected > MOST_OPERATIONS)
    throw new WorkloadError(
      `about ${Math.round(expected)} operations are planned, and at most ${MOST_OPERATIONS} fit. Lower the rates, or shorten the run.`,
    )
}

/** Paired probes from `probes.everyUs` on, to the end of the run: settle shows whether regions agree again. */
export function probeSchedule(plan: Plan, pool: Pick<Pool, 'queries'>): Probe[] {
  const { everyUs } = plan.probes
  if (everyUs <= 0) return []
  const rng = new Rng(plan.seed).fork('probes')
  const probes: Probe[] = []
  for (let pair = 1; pair * everyUs < runEndUs(plan); pair++)
    probes.push({ atUs: pair * everyUs, pair, query: rng.int(pool.queries) })
  return probes
}

/**
 * Expected number of operations with an intended time in [fromUs, toUs), by region and kind, kinds without load
 * left out. Fetches of own writes are counted at their mean delay.
 */
export function expectedCounts(
  plan: Plan,
  fromUs: Us = 0,
  toUs: Us = arrivalsEndUs(plan),
): { region: RegionName; kind: OperationKind; expected: number }[] {
  const endUs = arrivalsEndUs(plan)
  const rows = plan.load.flatMap((load) => {
    const between = (perSec: number, shiftUs: Us): number => {
      const before = (us: Us): number =>
        expectedBefore(load.arrivals, perSec, Math.min(Math.max(us - shiftUs, 0), endUs), endUs)
      return before(Math.min(toUs, endUs)) - before(fromUs)
    }
    const meanDelayUs = (FETCH_AFTER_US.min + FETCH_AFTER_US.max) / 2
    const { region } = load
    return [
      ...arrivingKinds.map((kind) => {
        const own = kind === 'fetch' ? load.fetchOwn * between(load.upsertPerSec, meanDelayUs) : 0
        return { region, kind, expected: between(rateOf(load, kind), 0) + own }
      }),
    ]
  })
  return rows.filter((row) => row.expected > 0)
}

function checkLoads(plan: Plan): void {
  const seen = new Set<string>()
  for (const load of plan.load) {
    const name = loadName(load)
    invariant(
      plan.regions.includes(load.region),
      `load in ${load.region}, which is not in the plan`,
    )
    invariant(
      !seen.has(name),
      `two loads are called ${name}: streams and clients are named by them`,
    )
    seen.add(name)
  }
}

/** Fresh ids are dealt out in turn: to the first load of each region, then to the further classes. */
function keySpaceOf(plan: Plan, load: LoadPlan, poolSize: number): KeySpace {
  const isFirst = (one: LoadPlan) => plan.load.find(({ region }) => region === one.region) === one
  const further = plan.load.filter((one) => !isFirst(one))
  return {
    base: plan.data.base,
    poolSize,
    turn: isFirst(load)
      ? plan.regions.indexOf(load.region)
      : plan.regions.length + further.indexOf(load),
    turns: plan.regions.length + further.length,
  }
}

function loadOperations(plan: Plan, load: LoadPlan, pool: Vectors): Operation[] {
  const rng = new Rng(plan.seed)
  const space = keySpaceOf(plan, load, pool.size)
  const endUs = arrivalsEndUs(plan)
  return [
    ...searches(load, arrivalTimes(load, 'search', endUs, rng), pool, rng),
    ...changes(plan, load, new LoadKeys(space, load), rng),
  ]
}

function searches(load: LoadPlan, times: readonly Us[], pool: Vectors, rng: Rng): Operation[] {
  const choice = rng.fork(`load/${loadName(load)}/search/choice`)
  const draw = queryDraw(load, pool, choice)
  return times.map((intendedUs) => ({
    op: UNNUMBERED,
    kind: 'search',
    ...whose(load),
    client: clientOf(load, choice),
    intendedUs,
    query: draw(),
    k: load.k,
  }))
}

/** Upserts, deletes and fetches, keys chosen in order of intended time. */
function changes(plan: Plan, load: LoadPlan, keys: LoadKeys, rng: Rng): Operation[] {
  const name = loadName(load)
  const op = UNNUMBERED
  const from = whose(load)
  const endUs = arrivalsEndUs(plan)
  const upserts = rng.fork(`load/${name}/upsert/choice`)
  const deletes = rng.fork(`load/${name}/delete/choice`)
  const fetches = rng.fork(`load/${name}/fetch`)
  const reads = rng.fork(`load/${name}/fetch-any/choice`)
  const times = (['upsert', 'delete', 'fetch'] as const).flatMap((kind, order) =>
    arrivalTimes(load, kind, endUs, rng).map((intendedUs, at) => ({ kind, intendedUs, order, at })),
  )
  times.sort((a, b) => a.intendedUs - b.intendedUs || a.order - b.order || a.at - b.at)
  return times.flatMap(({ kind, intendedUs }): Operation[] => {
    if (kind === 'delete') {
      const client = clientOf(load, deletes)
      return [{ op, kind, ...from, client, intendedUs, id: keys.delete(deletes) }]
    }
    if (kind === 'fetch') {
      const client = clientOf(load, reads)
      return [{ op, kind, ...from, client, intendedUs, id: keys.fetch(reads) }]
    }
    const client = clientOf(load, upserts)
    const write: Operation = { op, kind, ...from, client, intendedUs, ...keys.upsert(upserts) }
    const fetchUs = fetchTime(load, intendedUs, fetches)
    if (fetchUs === null || fetchUs >= endUs) return [write]
    return [write, { op, kind: 'fetch', ...from, client, intendedUs: fetchUs, id: write.id }]
  })
}

/** When the writer reads its own write, or null. Both numbers are drawn every time: a larger share only adds. */
function fetchTime(load: LoadPlan, writtenUs: Us, rng: Rng): Us | null {
  const { min, max } = FETCH_AFTER_US
  const wanted = rng.chance(load.fetchOwn)
  const delayUs = min + rng.int(max - min)
  return wanted ? writtenUs + delayUs : null
}

function clientOf(load: LoadPlan, rng: Rng): string {
  return `${loadName(load)}/${rng.int(load.clients)}`
}

/** Whose operation it is; a class without a name is not named. */
const whose = ({ region, class: name }: LoadPlan): Pick<Operation, 'region' | 'class'> =>
  name === undefined ? { region } : { region, class: name }
