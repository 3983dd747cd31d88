import { describe, expect, test } from 'vitest'
import { keptByAll } from '../../../../harness/model/layout.ts'
import type { IndexPlan } from '../../../../harness/model/plan.ts'
import { BASE_STAMP, type StoredPoint } from '../../../../harness/model/point.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { openPorts } from '../../../support/ports.ts'

const call = { op: 1, deadlineUs: 10 * SECOND }
const shards = 4
const layout = { ...keptByAll(['us', 'eu']), shards, shardOf: (id: number) => id % shards }
const graph: IndexPlan = {
  ...{ kind: 'hnsw', m: 16, efConstruction: 200, ef: 1000 },
  ...{ sealAt: 50, compactAt: 0.2 },
}

const point = (id: number, row: number, shard: number, write = 1): StoredPoint => ({
  ...{ id, row, write, stamp: BASE_STAMP, deleted: false, shard },
})

describe.each([{ kind: 'flat' } as const, graph])('a store with a $kind index', (index) => {
  const open = () => openPorts({ data: { set: 'glosses-10k', base: 1000 }, index }, { layout })
  const request = { query: 0, k: 10, consistency: 'strong' as const }

  test('finds in some shards what is nearest among their points, and nothing else', async () => {
    const { terrain, drive } = await open()
    const { store } = terrain('us')
    const all = await drive(store.search({ ...request, k: 1000 }, call))
    expect(all.length).toBeGreaterThan(index.kind === 'flat' ? 999 : 700)
    for (const asked of [[0], [1, 3], [0, 1, 2, 3]]) {
      const hits = await drive(store.search({ ...request, shards: asked }, call))
      const among = all.filter(({ id }) => asked.includes(id % shards))
      expect(hits).toEqual(among.slice(0, 10))
    }
    expect(await drive(store.search({ ...request, shards: [7] }, call))).toEqual([])
    expect(await drive(store.search({ ...request, shards: [] }, call))).toEqual([])
  })

  test('moves a point whose shard an upsert changes', async () => {
    const { terrain, drive } = await open()
    const { store } = terrain('us')
    const nearest = async (asked: number[]) =>
      (await drive(store.search({ ...request, k: 100, shards: asked }, call))).map(({ id }) => id)
    const [first] = await nearest([0])
    if (first === undefined) throw new Error('shard 0 is empty')
    await drive(store.upsert([point(first, first, 2, 9)], call))
    expect(await nearest([0])).not.toContain(first)
    expect(await nearest([2])).toContain(first)
    await drive(store.upsert([point(first, first, 0, 10)], call))
    expect(await nearest([0])).toContain(first)
    expect(await nearest([2])).not.toContain(first)
    expect((await nearest([0, 1, 2, 3])).filter((id) => id === first)).toHaveLength(1)
  })

  test('keeps shards over a crash of its process', async () => {
    const { world, terrain, drive } = await open()
    const { store, clock } = terrain('us')
    const before = await drive(store.search({ ...request, shards: [1] }, call))
    const crash = { kind: 'store-crash', region: 'us', name: 'c', atUs: 0, untilUs: 0 } as const
    const force = await world.faults.inject(crash)
    await force.heal()
    await drive(clock.sleep(40 * SECOND))
    expect(await drive(store.search({ ...request, shards: [1] }, call))).toEqual(before)
  })
})

test('every shard of a graph index seals for itself: one that has little stays exact', async () => {
  const { events, terrain, drive } = await openPorts(
    { data: { set: 'glosses-10k', base: 4 }, index: graph },
    { layout },
  )
  const { store, clock } = terrain('us')
  const points = Array.from({ length: 60 }, (_, i) => point(100 + i, 100 + i, i < 55 ? 1 : 2))
  await drive(store.upsert(points, call))
  await drive(clock.sleep(SECOND))
  const sealed = events.flatMap((e) => (e.type === 'store' && e.what === 'sealed' ? [e.ids] : []))
  expect(sealed).toEqual([points.slice(0, 55).map(({ id }) => id)])
})
