import { expect, test } from 'vitest'
import type { Operation } from '../../../harness/model/operation.ts'
import type { LoadPlan } from '../../../harness/model/plan.ts'
import { SECOND } from '../../../harness/model/units.ts'
import {
  expectedCounts,
  planOperations,
  probeSchedule,
} from '../../../harness/workload/operations.ts'
import { aPlan, busy, ofKind, planned, pool, shares } from './plan-fixture.ts'

const withoutOp = (operations: Operation[], region: string): object[] =>
  operations.filter((operation) => operation.region === region).map(({ op, ...rest }) => rest)

test('the same plan gives the same operations, another seed others', () => {
  const load = [busy('us'), busy('eu')]
  expect(planned(load)).toEqual(planned(load))
  expect(planned(load, { seed: 43 })).not.toEqual(planned(load))
})

test('load in another region changes nothing here but the numbering', () => {
  const alone = planned([busy('us')])
  const both = planned([busy('ap', { upsertPerSec: 30 }), busy('us')])
  expect(both.length).toBeGreaterThan(alone.length)
  expect(withoutOp(both, 'us')).toEqual(withoutOp(alone, 'us'))
})

test('operations count from 1 in order of intended time, then region, then kind', () => {
  const operations = planned([busy('eu', { upsertPerSec: 500 }), busy('us', { upsertPerSec: 500 })])
  const key = ({ intendedUs, region, kind }: Operation): number[] => [
    intendedUs,
    ['us', 'eu', 'ap'].indexOf(region),
    ['search', 'upsert', 'delete', 'fetch'].indexOf(kind),
  ]
  const compare = (a: number[], b: number[]): number =>
    a.map((value, i) => value - (b[i] as number)).find((difference) => difference !== 0) ?? 0
  expect(operations.map((operation) => operation.op)).toEqual(operations.map((_, i) => i + 1))
  const wrong = operations.slice(1).filter((next, i) => compare(key(operations[i]!), key(next)) > 0)
  expect(wrong).toEqual([])
  expect(new Set(operations.map((operation) => operation.intendedUs)).size).toBeLessThan(
    operations.length,
  )
})

test('the base is one point for each id, its row the id', () => {
  const { base } = planOperations(aPlan({ data: { set: 'test', base: 3 } }), pool)
  expect(base).toEqual([
    { id: 0, row: 0 },
    { id: 1, row: 1 },
    { id: 2, row: 2 },
  ])
})

test('a client fetches its own write 0.2 to 1 s later, with the stated probability, before arrivals end', () => {
  const operations = planned([busy('us', { upsertPerSec: 20, keys: shares(1, 0, 0) })])
  const upserts = new Map(ofKind(operations, 'upsert').map((upsert) => [upsert.id, upsert]))
  const fetches = ofKind(operations, 'fetch')
  for (const fetch of fetches) {
    const own = upserts.get(fetch.id)
    const delayUs = fetch.intendedUs - (own?.intendedUs ?? Number.NaN)
    expect(fetch.client).toBe(own?.client)
    expect(delayUs >= 200_000 && delayUs < 1_000_000).toBe(true)
    expect(fetch.intendedUs).toBeLessThan(60 * SECOND)
  }
  const share = fetches.length / upserts.size
  expect(Math.abs(share - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / upserts.size))
})

test('all clients of a region take part, evenly', () => {
  const searches = ofKind(planned([busy('us', { searchPerSec: 100 })]), 'search')
  const clients = [...new Set(searches.map((search) => search.client))].sort()
  expect(clients).toEqual(['us/0', 'us/1', 'us/2', 'us/3', 'us/4'])
  for (const client of clients) {
    const count = searches.filter((search) => search.client === client).length
    expect(Math.abs(count - searches.length / 5)).toBeLessThan(
      4 * Math.sqrt(searches.length * 0.16),
    )
  }
})

test('uniform queries reach all, Zipf queries favour the popular by their rank', () => {
  const counts = (queries: LoadPlan['queries']): number[] => {
    const searches = ofKind(planned([busy('us', { searchPerSec: 200, queries })]), 'search')
    expect(searches.every((search) => search.k === 10)).toBe(true)
    return Array.from(
      { length: 50 },
      (_, query) => searches.filter((s) => s.query === query).length,
    )
  }
  const uniform = counts({ law: 'uniform' })
  expect(Math.min(...uniform)).toBeGreaterThan(150)
  const skewed = counts({ law: 'zipf', exponent: 1 })
  const ratio = (skewed[49] as number) / (skewed[45] as number)
  expect(skewed[49]).toBe(Math.max(...skewed))
  expect(ratio).toBeGreaterThan(4)
  expect(ratio).toBeLessThan(6)
})

test('rowsUsed covers every row that is upserted, queriesUsed every query of searches and probes', () => {
  const plan = aPlan({
    load: [
      busy('us', { searchPerSec: 0.2, upsertPerSec: 1, keys: shares(1, 0, 0), deletePerSec: 0 }),
    ],
    probes: { everyUs: 5 * SECOND },
  })
  const { operations, rowsUsed, queriesUsed } = planOperations(plan, pool)
  const rows = ofKind(operations, 'upsert').map(({ row }) => row)
  expect(rowsUsed).toBe(Math.max(...rows) + 1)
  expect(rowsUsed).toBeLessThan(400)
  const probed = probeSchedule(plan, pool).map((probe) => probe.query)
  const searched = ofKind(operations, 'search').map((search) => search.query)
  expect(queriesUsed).toEqual([...new Set([...probed, ...searched])].sort((a, b) => a - b))
  expect(planOperations(aPlan(), pool).rowsUsed).toBe(100)
})

test('probes stand at even times until the end of settle, and none if none are wanted', () => {
  const plan = aPlan({ probes: { everyUs: 20 * SECOND } })
  expect(probeSchedule(plan, pool).map(({ atUs, pair }) => [atUs / SECOND, pair])).toEqual([
    [20, 1],
    [40, 2],
    [60, 3],
  ])
  expect(probeSchedule(aPlan(), pool)).toEqual([])
})

test('expected counts match what is planned, in all of the run and in a part of it', () => {
  const plan = aPlan({
    load: [busy('us', { searchPerSec: 80, upsertPerSec: 40 }), busy('eu', { deletePerSec: 0 })],
  })
  const { operations } = planOperations(plan, pool)
  for (const [fromUs, toUs] of [
    [0, 60 * SECOND],
    [20 * SECOND, 30 * SECOND],
  ] as const) {
    const counts = expectedCounts(plan, fromUs, toUs)
    expect(counts).toHaveLength(7) // a delete of eu is not expected
    for (const { region, kind, expected } of counts) {
      const count = operations.filter(
        (o) =>
          o.region === region && o.kind === kind && o.intendedUs >= fromUs && o.intendedUs < toUs,
      ).length
      expect(Math.abs(count - expected)).toBeLessThan(4 * Math.sqrt(expected))
    }
  }
  expect(expectedCounts(plan).slice(0, 4)).toEqual([
    { region: 'us', kind: 'search', expected: 4_800 },
    { region: 'us', kind: 'upsert', expected: 2_400 },
    { region: 'us', kind: 'delete', expected: 60 },
    // half of the upserts, but those of the last 0.6 s are fetched too late
    { region: 'us', kind: 'fetch', expected: 0.5 * 40 * 59.4 },
  ])
})

test.each([
  [
    'a base larger than the data set',
    aPlan({ data: { set: '', base: 401 }, load: [busy('us')] }),
    'the data set has 400 points',
  ],
  [
    'a base that leaves no vectors for upserts',
    aPlan({ data: { set: '', base: 400 }, load: [busy('us')] }),
    'no vectors are left for upserts',
  ],
  [
    'existing keys where none exist',
    aPlan({
      data: { set: '', base: 0 },
      load: [busy('us', { keys: shares(0, 1, 0), deletePerSec: 0 })],
    }),
    'an upsert wants an existing id and there is none',
  ],
  [
    'more deletes than ids',
    aPlan({ load: [busy('us', { keys: shares(0, 1, 0), deletePerSec: 50, upsertPerSec: 0 })] }),
    'every id it knows is deleted before arrivals end',
  ],
  [
    'contended ids beyond the base',
    aPlan({ data: { set: '', base: 3 }, load: [busy('us', { keys: shares(0, 0.5, 0.5) })] }),
    '4 contended ids must be base ids, of which there are 3',
  ],
  [
    'two classes of one region with one name',
    aPlan({ load: [busy('us'), busy('us')] }),
    'two loads are called us',
  ],
])('%s is refused with what to try', (_, plan, message) => {
  expect(() => planOperations(plan, pool)).toThrow(message)
})
