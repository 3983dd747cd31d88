import { expect, test } from 'vitest'
import { storeOf, storesText, storesUsed } from '../../../../harness/model/plan.ts'
import { aScenario, planOf, saidOf } from '../known.ts'

const real = { world: 'containers' as const }
const asked = (given: Record<string, string>) => planOf(aScenario(given), real)

test('a region has Milvus unless something else is said, and a plan without another store says nothing', () => {
  for (const store of ['', 'store: milvus', 'store: { us: milvus }']) {
    const plan = asked({ store })
    expect(plan).not.toHaveProperty('stores')
    expect(storeOf(plan, 'us')).toBe('milvus')
    expect(storesUsed(plan)).toEqual(['milvus'])
    expect(storesText(plan)).toBe('Milvus')
  }
})

test('a store is named for all regions, or by region', () => {
  const all = asked({ store: 'store: pgvector' })
  expect(all.stores).toEqual({ us: 'pgvector', eu: 'pgvector' })
  expect(storesText(all)).toBe('pgvector')
  const one = asked({ store: 'store: { eu: pgvector }' })
  expect(one.stores).toEqual({ us: 'milvus', eu: 'pgvector' })
  expect(storesUsed(one)).toEqual(['milvus', 'pgvector'])
  expect(storesText(one)).toBe('us Milvus, eu pgvector')
})

test('laid over for containers, the simulator keeps Milvus, and the overlay says what changed', () => {
  const text = aScenario({ worlds: 'worlds: { containers: { store: { eu: pgvector } } }' })
  expect(planOf(text)).not.toHaveProperty('stores')
  const plan = planOf(text, real)
  expect(plan.stores).toEqual({ us: 'milvus', eu: 'pgvector' })
  expect(plan.overlay).toEqual(['store: eu Milvus -> pgvector'])
})

test('the simulator refuses it and says why: nothing is simulated as if it were Milvus', () => {
  expect(saidOf(aScenario({ store: 'store: pgvector', worlds: 'worlds: {}' }), 'sim')).toEqual([
    expect.stringMatching(/world sim cannot do store: pgvector: it knows Milvus alone/),
  ])
})

test('a store or a region that there is not is named', () => {
  expect(saidOf(aScenario({ store: 'store: qdrant' }), 'containers')).toEqual([
    expect.stringMatching(/expected milvus or pgvector, or a map such as \{ us-east: pgvector \}/),
  ])
  expect(saidOf(aScenario({ store: 'store: { uss: pgvector }' }), 'containers')).toEqual([
    expect.stringMatching(/unknown region "uss"/),
  ])
})

test('a k above ef is refused where a region has Milvus, and taken where all have pgvector', () => {
  const narrow = {
    system: 'system: { kind: active-active-cdc, index: { hnsw: { ef: 40 } } }',
    load: 'load: [{ in: [us, eu], search: 60/s, k: 100 }]',
  }
  expect(asked({ ...narrow, store: 'store: pgvector' }).index).toMatchObject({ ef: 40 })
  const said = saidOf(aScenario({ ...narrow, store: 'store: { eu: pgvector }' }), 'containers')
  expect(said).toEqual([expect.stringMatching(/Milvus refuses an ef below k/)])
})

test('a graph that pgvector refuses is refused by check', () => {
  const system =
    'system: { kind: active-active-cdc, index: { hnsw: { m: 120, ef: 2000, efConstruction: 150 } } }'
  const said = saidOf(aScenario({ system, store: 'store: pgvector' }), 'containers')
  expect(said).toHaveLength(3)
  expect(said[0]).toMatch(/m: 120 \} \} with pgvector: its m is 100 at most/)
  expect(said[1]).toMatch(/its ef_construction is between 2 × m and 1,000/)
  expect(said[2]).toMatch(/its hnsw.ef_search is 1,000 at most/)
})

test('settings of a store that no region has are errors', () => {
  const about = (servers: string, store: string) =>
    saidOf(aScenario({ servers: `servers: { ${servers} }`, store }), 'containers')
  expect(about('iterativeScan: strict_order', '')).toEqual([
    expect.stringMatching(/iterativeScan is about pgvector, which no region has/),
  ])
  expect(about('tick: 20ms', 'store: pgvector')).toEqual([
    expect.stringMatching(/tick is about Milvus, which no region has/),
  ])
  expect(about('tick: 20ms, iterativeScan: off', 'store: { eu: pgvector }')).toEqual([])
  const { servers } = asked({
    ...{ servers: 'servers: { iterativeScan: relaxed_order }', store: 'store: pgvector' },
  })
  expect(servers.iterativeScan).toBe('relaxed_order')
})
