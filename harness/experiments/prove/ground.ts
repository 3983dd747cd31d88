import type { FaultPlan } from '../../model/fault.ts'
import type { Operation } from '../../model/operation.ts'
import type { LoadPlan, Plan } from '../../model/plan.ts'
import type { PointId, Row } from '../../model/point.ts'
import { type RegionName, SECOND, type Us } from '../../model/units.ts'
import type { System } from '../../ports/system.ts'
import { planOperations } from '../../workload/operations.ts'
import { aLoad, aPlan } from './plain-plan.ts'
import { pool } from './simulation.ts'

/** What a run stands on: several bugs share one, and each is run once without any bug. */
export type Ground = {
  name: string
  plan: Plan
  operations: readonly Operation[]
  /** Checkers that have nothing to look at here: they say so, and never pass. */
  unseen: readonly string[]
  /** Checkers of what the sound system does not promise, and does not keep here. */
  reports: readonly string[]
  /** Absent: active-active-cdc. */
  system?: System<never>
}

/** An operation without its number. */
export type Wanted = DistributedOmit<Operation, 'op'>
type DistributedOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

/** Ids and rows of the operations a ground is about, far from those the load draws. */
export const APART: PointId = 5000
export const ROWS: Row = 11_000

export const upsert = (
  region: RegionName,
  intendedUs: Us,
  { id, row }: { id: PointId; row: Row },
): Wanted => ({ kind: 'upsert', region, client: `${region}/writer`, intendedUs, id, row })

export const fetch = (
  region: RegionName,
  intendedUs: Us,
  { id, client }: { id: PointId; client: string },
): Wanted => ({ kind: 'fetch', region, client, intendedUs, id })

export const remove = (region: RegionName, intendedUs: Us, { id }: { id: PointId }): Wanted => ({
  kind: 'delete',
  region,
  client: `${region}/writer`,
  intendedUs,
  id,
})

/** Few different queries, so that a test does not spend its time on exact neighbours. */
export const load = (over: Partial<LoadPlan>): LoadPlan =>
  aLoad({ searchPerSec: 8, queries: { law: 'zipf', exponent: 3 }, ...over })

/** The drawn load of the plan with further operations among it, numbered in order of intended time. */
export function groundOf(
  name: string,
  over: Partial<Plan>,
  extra: readonly Wanted[] = [],
  reports: readonly string[] = [],
): Ground {
  const plan = aPlan({
    name,
    data: { set: 'glosses-10k', base: 600 },
    // With the log first no single crash loses an acknowledged write: the system promises durability.
    system: { kind: 'active-active-cdc', knobs: { ack: 'log' } },
    timeline: { warmupUs: 2 * SECOND, runUs: 24 * SECOND, settleUs: 8 * SECOND },
    ...over,
  })
  const all: Wanted[] = [...planOperations(plan, pool).operations.map(asReader), ...extra]
  const sorted = all
    .map((wanted, at) => ({ wanted, at }))
    .sort((a, b) => a.wanted.intendedUs - b.wanted.intendedUs || a.at - b.at)
  const crashes = plan.faults.some(({ kind }) => kind === 'region-crash' || kind === 'region-loss')
  return {
    name,
    plan,
    operations: sorted.map(({ wanted }, i) => ({ ...wanted, op: i + 1 })),
    unseen: crashes ? [] : ['zombie-writes'],
    reports,
  }
}

/**
 * Who searches does not write. A search sees what has become searchable, some 100 ms after the acknowledgement: it
 * may show a client less than its own writes without anything being broken here.
 */
const asReader = (operation: Operation): Operation =>
  operation.kind === 'search' ? { ...operation, client: `${operation.client} reading` } : operation

export const fault = (
  name: string,
  [fromSec, untilSec]: [number, number],
  kind: DistributedOmit<FaultPlan, 'name' | 'atUs' | 'untilUs'>,
): FaultPlan => ({
  ...kind,
  name,
  atUs: fromSec * SECOND,
  untilUs: untilSec * SECOND,
})
