import { availableParallelism } from 'node:os'
import { NeighbourTable } from '../base/neighbours.ts'
import { keptByAll } from '../model/layout.ts'
import type { IndexPlan, Plan } from '../model/plan.ts'
import type { RecordEvent } from '../model/record.ts'
import type { System } from '../ports/system.ts'
import type { Launch, World } from '../ports/world.ts'
import type { Workload } from '../workload/operations.ts'
import { type Pool, spaceOf } from '../workload/pool.ts'
import { type GraphPoint, graphBuilder } from '../worlds/sim/graph.ts'
import { FlatIndex, type VectorIndex } from '../worlds/sim/index-flat.ts'
import { SegmentedIndex, type SegmentNews } from '../worlds/sim/index-hnsw.ts'
import { ShardedIndex } from '../worlds/sim/index-sharded.ts'
import { openSim } from '../worlds/sim/world.ts'

let made: { sha256: string; table: NeighbourTable } | null = null
let wholePool = false

/**
 * From now on neighbours are looked for among all vectors of a data set, so that many runs in one process share one
 * table: the first few pay for it, the others find every list there. What a run records is the same either way.
 */
export function shareNeighbours(): void {
  wholePool = true
}

/**
 * The neighbours of every query that is asked, over every row that can ever be live. The last table is kept: a run and
 * its analysis ask for the same one, and one with more rows than are wanted gives the same answers.
 */
export function neighboursOf(pool: Pool, used: Used): NeighbourTable {
  const table = tableFor(pool, used)
  table.prepare(used.queriesUsed)
  return table
}

/** Makes what `neighboursOf` then finds, on all cores where it is a job for them. */
export async function prepareNeighbours(pool: Pool, used: Used): Promise<void> {
  await tableFor(pool, used).prepareInThreads(used.queriesUsed, availableParallelism())
}

type Used = Pick<Workload, 'rowsUsed' | 'queriesUsed'>

function tableFor(pool: Pool, { rowsUsed }: Used): NeighbourTable {
  const { sha256, codes, queryCodes, dim } = pool
  const rows = wholePool ? pool.size : Math.min(rowsUsed, pool.size)
  const kept = made?.sha256 === sha256 && made.table.rows >= rows ? made.table : null
  const table = kept ?? new NeighbourTable(codes, queryCodes, dim, rows)
  made = { sha256, table }
  return table
}

/** The simulated world of a plan. Throws CapabilityMissing if the plan's index cannot be had here. */
export function openSimulation(
  plan: Plan,
  pool: Pool,
  workload: Workload,
  neighbours: NeighbourTable,
  { system, launch }: { system: System; launch: Launch },
  emit: (event: RecordEvent) => void,
): World {
  const openIndex = indexOpener(plan, pool, neighbours)
  const { topics } = system
  const knobs = system.knobs.parse(plan.system.knobs)
  const space = spaceOf(pool, plan.data.base)
  const layout = system.layout?.(knobs, plan.regions, space) ?? keptByAll(plan.regions)
  const needs = system.needs?.(knobs) ?? []
  const { base } = workload
  return openSim({ plan, topics, base, emit, launch, space, layout, needs, openIndex })
}

function indexOpener(
  plan: Plan,
  pool: Pool,
  neighbours: NeighbourTable,
): (news: SegmentNews, index?: IndexPlan) => VectorIndex {
  // At once where the plan has graphs, so that a machine without them says so; a system may ask for some later.
  let graphs = plan.index.kind === 'hnsw' ? graphIndexes(pool, neighbours) : null
  return (news, index = plan.index) => {
    if (index.kind === 'flat') return new FlatIndex(neighbours)
    graphs ??= graphIndexes(pool, neighbours)
    return graphs(news, index)
  }
}

type GraphIndex = Extract<IndexPlan, { kind: 'hnsw' }>

function graphIndexes(
  pool: Pool,
  neighbours: NeighbourTable,
): (news: SegmentNews, index: GraphIndex) => VectorIndex {
  const build = graphBuilder(pool)
  const queries = Array.from({ length: pool.queries }, (_, query) =>
    pool.queryCodes.subarray(query * pool.dim, (query + 1) * pool.dim),
  )
  const queryCodes = (query: number) => queries[query] as Int8Array
  return (news, index) => {
    const { ef, sealAt, compactAt } = index
    let segments = 0
    const nextNumber = () => ++segments
    const graph = (points: readonly GraphPoint[]) => build(points, index)
    const setting = {
      neighbours,
      queryCodes,
      build: graph,
      ef,
      sealAt,
      compactAt,
      news,
      nextNumber,
    }
    return new ShardedIndex(() => new SegmentedIndex(setting))
  }
}
