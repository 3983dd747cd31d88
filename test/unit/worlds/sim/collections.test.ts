import { expect, test } from 'vitest'
import {
  BASE_STAMP,
  NO_ROW,
  SENTINEL_ID,
  type StoredPoint,
} from '../../../../harness/model/point.ts'
import type { HopEvent, RecordEvent } from '../../../../harness/model/record.ts'
import { MS, SECOND } from '../../../../harness/model/units.ts'
import type { Collections, VectorStore } from '../../../../harness/ports/store.ts'
import { type Opened, openPorts } from '../../../support/ports.ts'

const call = { op: 1, deadlineUs: 10 * SECOND }
const flat = { kind: 'flat' } as const
const point = (id: number, row: number, write: number): StoredPoint => ({
  ...{ id, row, write, stamp: BASE_STAMP, deleted: false },
})

type Here = Opened & { store: VectorStore; collections: Collections; pass: () => Promise<void> }

/** 100 base points, an agent with collections. */
async function open(): Promise<Here> {
  const opened = await openPorts({}, { needs: ['collections'] })
  const { store, collections, clock } = opened.terrain('us')
  const pass = () => opened.drive(clock.sleep(SECOND))
  return { ...opened, store, collections: collections as Collections, pass }
}

const hops = (events: readonly RecordEvent[], from = 0): string[] =>
  events
    .slice(from)
    .filter((event): event is HopEvent => event.type === 'hop')
    .map(({ hop, id, write }) => `${hop} ${id}@${write}`)

test('an agent has collections only if its system needs them', async () => {
  expect((await openPorts()).terrain('us').collections).toBeUndefined()
  expect((await open()).terrain('us').collections).toBeDefined()
})

test('a created collection is empty but for the sentinel, and nothing of it is served', async () => {
  const { drive, store, collections, pass } = await open()
  await drive(collections.create('next', flat, call))
  const next = collections.open('next')
  expect((await drive(next.scan(call))).map(({ id }) => id)).toEqual([SENTINEL_ID])
  await drive(next.upsert([point(500, 500, 7)], call))
  await pass()
  const request = { query: 0, k: 200, consistency: 'bounded' } as const
  expect(await drive(next.search(request, call))).toMatchObject([{ id: 500, write: 7 }])
  expect(await drive(store.search(request, call))).toHaveLength(100)
})

test('once the alias points at it, it is what agents, other regions and the harness see', async () => {
  const { world, drive, terrain, store, collections, pass } = await open()
  await drive(collections.create('next', flat, call))
  await drive(collections.open('next').upsert([point(500, 500, 7), point(501, 501, 8)], call))
  await pass()
  await drive(collections.alias('next', call))
  const ids = (points: readonly { id: number }[]) => points.map(({ id }) => id).sort()
  const request = { query: 0, k: 200, consistency: 'bounded' } as const
  expect(ids(await drive(store.search(request, call)))).toEqual([500, 501])
  const afar = terrain('eu').network.reach('us').store
  expect(ids(await drive(afar.search(request, call)))).toEqual([500, 501])
  expect(ids((await world.look('us')) ?? [])).toEqual([SENTINEL_ID, 500, 501])
  await drive(store.upsert([point(502, 502, 9)], call))
  expect(await drive(collections.open('next').fetch([502], 'strong', call))).toHaveLength(1)
  expect(await drive(collections.open('live').fetch([502], 'strong', call))).toEqual([])
})

test('names are kept in order: taken, unknown and served ones are refused for certain', async () => {
  const { drive, collections } = await open()
  await drive(collections.create('next', flat, call))
  expect(await drive(collections.list(call))).toEqual({ names: ['live', 'next'], aliased: 'live' })
  const refused = { definite: true }
  await expect(drive(collections.create('next', flat, call))).rejects.toMatchObject(refused)
  await expect(drive(collections.alias('nowhere', call))).rejects.toMatchObject(refused)
  await expect(drive(collections.drop('live', call))).rejects.toMatchObject(refused)
  await expect(drive(collections.drop('nowhere', call))).rejects.toMatchObject(refused)
  await drive(collections.alias('next', call))
  await drive(collections.drop('live', call))
  const gone = collections.open('live')
  await expect(drive(gone.upsert([point(1, 1, 9)], call))).rejects.toMatchObject(refused)
  await expect(drive(gone.scan(call))).rejects.toMatchObject(refused)
  expect(await drive(collections.list(call))).toEqual({ names: ['next'], aliased: 'next' })
})

test('a call under way at the swap ends on the collection it began on', async () => {
  const { drive, store, collections, pass, events } = await open()
  await drive(collections.create('next', flat, call))
  await pass()
  const swap = collections.alias('next', call)
  const search = store.search({ query: 0, k: 200, consistency: 'bounded' }, call)
  const write = store.upsert(
    Array.from({ length: 2 }, (_, i) => point(500 + i, 500 + i, 7 + i)),
    call,
  )
  const [, hits] = await drive(Promise.all([swap, search, write]))
  expect(hits).toHaveLength(100)
  await pass()
  expect(await drive(collections.open('live').fetch([500], 'strong', call))).toHaveLength(1)
  expect(await drive(store.fetch([500], 'strong', call))).toEqual([])
  // Taken by a collection that nobody sees any more: applied nowhere.
  expect(hops(events)).toEqual([])
})

test('writes beside the served collection are applied and visible only when it is swapped in', async () => {
  const { drive, store, collections, pass, events } = await open()
  await drive(store.upsert([point(1, 301, 1)], call))
  await drive(collections.create('next', flat, call))
  const next = collections.open('next')
  await drive(next.upsert([point(1, 301, 1), point(2, 302, 2)], call))
  await pass()
  expect(hops(events)).toEqual(['applied 1@1', 'visible 1@1'])
  const before = events.length
  // Acknowledged, and not yet to be seen when the alias turns: 50 ms from the last tick on.
  await drive(next.upsert([point(3, 303, 3)], call))
  await drive(collections.alias('next', call))
  expect(hops(events, before)).toEqual(['applied 2@2', 'visible 2@2', 'applied 3@3'])
  await pass()
  expect(hops(events, before).slice(3)).toEqual(['visible 3@3'])
  await drive(next.upsert([point(4, 304, 4)], call))
  expect(hops(events, before).slice(4)).toEqual(['applied 4@4'])
  await drive(collections.open('live').upsert([point(5, 305, 5)], call))
  await pass()
  expect(hops(events, before).slice(5)).toEqual(['visible 4@4'])
})

test('the record says what a swap took away and what it took back', async () => {
  const { drive, store, collections, pass, events } = await open()
  await drive(collections.create('next', flat, call))
  const next = collections.open('next')
  const copies = Array.from({ length: 99 }, (_, id) => point(id, id, 0))
  await drive(next.upsert(copies, call))
  await drive(store.upsert([point(4, 304, 1)], call))
  const tombstone = { ...point(5, NO_ROW, 2), deleted: true }
  await drive(store.remove([tombstone], call))
  await pass()
  await drive(collections.alias('next', call))
  const replaced = events.flatMap((e) => (e.type === 'store' && e.what === 'replaced' ? [e] : []))
  expect(replaced).toMatchObject([{ region: 'us', ids: [4, 5, 99], writes: [0, 0, -1] }])
})

test('all collections and the alias are there again after a crash of the store', async () => {
  const { world, drive, store, collections, terrain, pass } = await open()
  await drive(collections.create('next', flat, call))
  await drive(collections.open('next').upsert([point(500, 500, 7)], call))
  await drive(collections.alias('next', call))
  await pass()
  const crash = { kind: 'store-crash', region: 'us', name: 'c', atUs: 0, untilUs: 0 } as const
  await (await world.faults.inject(crash)).heal()
  await drive(terrain('us').clock.sleep(40 * SECOND))
  expect(await drive(collections.list(call))).toEqual({ names: ['live', 'next'], aliased: 'next' })
  expect((await drive(store.scan(call))).map(({ id }) => id)).toEqual([SENTINEL_ID, 500])
  expect(await drive(collections.open('live').scan(call))).toHaveLength(101)
})

test('a collection may have another index than the plan: graphs are built beside exact search', async () => {
  const { drive, collections, events, terrain } = await open()
  const graph = { kind: 'hnsw', m: 16, efConstruction: 100, ef: 64 } as const
  await drive(collections.create('next', { ...graph, sealAt: 200, compactAt: 0.2 }, call))
  const next = collections.open('next')
  const points = Array.from({ length: 200 }, (_, i) => point(500 + i, 500 + i, i + 1))
  await drive(next.upsert(points, call))
  const loadedUs = terrain('us').clock.elapsed()
  await drive(terrain('us').clock.sleep(SECOND))
  const sealed = events.flatMap((e) => (e.type === 'store' && e.what === 'sealed' ? [e] : []))
  expect(sealed.map(({ ids }) => ids?.length)).toEqual([200])
  // Seen at the tick 50 to 100 ms on; 100 ms a thousand points from there.
  const took = (sealed[0]?.t ?? 0) - loadedUs
  expect(took).toBeGreaterThanOrEqual(50 * MS + 20 * MS)
  expect(took).toBeLessThanOrEqual(100 * MS + 20 * MS)
})
