import { expect, test } from 'vitest'
import type { LoadPlan } from '../../../harness/model/plan.ts'
import { planOperations } from '../../../harness/workload/operations.ts'
import { aPlan, busy, ofKind, planned, pool, shares } from './plan-fixture.ts'

const batch: Partial<LoadPlan> = { class: 'batch', clients: 3, keys: shares(1, 0, 0) }

test('two classes of one region are numbered apart: no two clients have one name', () => {
  const operations = planned([busy('us'), busy('us', batch)])
  const clientsOf = (name: string | undefined) =>
    new Set(operations.filter((one) => one.class === name).map(({ client }) => client))
  expect([...clientsOf('batch')].sort()).toEqual(['us/batch/0', 'us/batch/1', 'us/batch/2'])
  for (const client of clientsOf(undefined)) expect(client).toMatch(/^us\/\d+$/)
})

test('a further class moves no query, no moment and no client of the first', () => {
  const searchesOf = (load: LoadPlan[]) =>
    ofKind(planned(load), 'search')
      .filter((one) => one.class === undefined)
      .map(({ op: _op, ...rest }) => rest)
  expect(searchesOf([busy('us'), busy('us', batch)])).toEqual(searchesOf([busy('us')]))
})

test('no two loads make the same new id', () => {
  const load = [busy('us'), busy('us', batch), busy('us', { class: 'more' }), busy('eu')]
  const fresh = new Map<number, Set<string>>()
  for (const { id, region, class: name } of ofKind(planned(load), 'upsert')) {
    if (id < 100) continue
    fresh.set(id, (fresh.get(id) ?? new Set()).add(`${region}/${name}`))
  }
  expect(fresh.size).toBeGreaterThan(300)
  expect([...fresh.values()].filter((makers) => makers.size > 1)).toEqual([])
})

test('clients of a closed loop ask the same queries in every run, each client its own', () => {
  const load = busy('us', {
    ...{ searchPerSec: 0, upsertPerSec: 0, deletePerSec: 0, fetchOwn: 0 },
    ...{ clients: 3, closedLoop: { thinkUs: 0 } },
  })
  const firstOf = () =>
    planOperations(aPlan({ load: [load] }), pool).closed.map(({ client, queries }) => {
      const next = queries()
      return { client, asked: Array.from({ length: 20 }, next) }
    })
  const clients = firstOf()
  expect(clients.map(({ client }) => client)).toEqual(['us/0', 'us/1', 'us/2'])
  expect(firstOf()).toEqual(clients)
  expect(new Set(clients.map(({ asked }) => asked.join())).size).toBe(3)
  // Which queries are reached only the run knows: truth is prepared for all.
  expect(planOperations(aPlan({ load: [load] }), pool).queriesUsed).toHaveLength(pool.queries)
})

test('a plan that lists its operations has those and no closed loop', () => {
  const load = busy('us', { closedLoop: { thinkUs: 0 } })
  expect(planOperations(aPlan({ load: [load], operations: [] }), pool).closed).toEqual([])
})
