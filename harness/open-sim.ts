import { NeighbourTable } from './base/neighbours.ts'
import { keptByAll } from './model/layout.ts'
import type { Plan } from './model/plan.ts'
import type { RecordEvent } from './model/record.ts'
import type { System } from './ports/system.ts'
import type { Launch, World } from './ports/world.ts'
import type { Workload } from './workload/operations.ts'
import { type Pool, spaceOf } from './workload/pool.ts'
import { graphBuilder } from './worlds/sim/graph.ts'
import { FlatIndex, type VectorIndex } from './worlds/sim/index-flat.ts'
import { SegmentedIndex, type SegmentNews } from './worlds/sim/index-hnsw.ts'
import { openSim } from './worlds/sim/world.ts'

let made: { sha256: string; table: NeighbourTable } | null = null

/**
 * The neighbours of every query a workload asks, over every row that can ever be live. The last table is kept: a
 * run and its analysis ask for the same one.
 */
export function neighboursOf(pool: Pool, workload: Workload): NeighbourTable {
  const { sha256, codes, queryCodes, dim } = pool
  const fits = made?.sha256 === sha256 && made.table.rows === workload.rowsUsed
  const table =
    fits && made ? made.table : new NeighbourTable(codes, queryCodes, dim, workload.rowsUsed)
  table.prepare(workload.queriesUsed)
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
  { index }: Plan,
  pool: Pool,
  neighbours: NeighbourTable,
): (news: SegmentNews) => VectorIndex {
  if (index.kind === 'flat') return () => new FlatIndex(neighbours)
  const build = graphBuilder(pool)
  const queries = Array.from({ length: pool.queries }, (_, query) =>
    pool.queryCodes.subarray(query * pool.dim, (query + 1) * pool.dim),
  )
  const queryCodes = (query: number) => queries[query] as Int8Array
  return (news) =>
    new SegmentedIndex({
      neighbours,
      queryCodes,
      build: (points) => build(points, index),
      sealAt: index.sealAt,
      compactAt: index.compactAt,
      news,
    })
}
