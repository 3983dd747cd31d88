import { expect, test } from 'vitest'
import type { StoredPoint } from '../../../harness/model/point.ts'
import type { CarriedEvent } from '../../../harness/model/record.ts'
import type { Message, Network, Serving } from '../../../harness/ports/network.ts'
import type { ReadableStore } from '../../../harness/ports/store.ts'
import { OPERATION } from '../../../harness/ports/system.ts'
import { watchedNetwork } from '../../../harness/run/links.ts'

const point = (id: number, over: Partial<StoredPoint> = {}): StoredPoint => ({
  id,
  row: id,
  write: 1,
  stamp: { wallUs: 1, counter: 0, origin: 'eu' },
  deleted: false,
  ...over,
})
const message = (kind: string, body: unknown): Message => ({ kind, bytes: 10, body })
const call = { op: 0, deadlineUs: 1 }

/** A network of `us` on which every call is answered with `body`; even ids are pinned. */
function watched(body: unknown) {
  const told: CarriedEvent[] = []
  const handlers = new Map<string, (message: Message, from: string) => Promise<Message>>()
  const store = { fetch: async () => body, scan: async () => body } as unknown as ReadableStore
  const inner = {
    call: async () => message('answer', body),
    serve: (kind: string, handler: (message: Message, from: string) => Promise<Message>) =>
      void handlers.set(kind, handler),
    reach: () => ({ store, log: {} }),
  } as unknown as Network & Serving
  const network = watchedNetwork(inner, {
    region: 'us',
    isPinned: (id) => id % 2 === 0,
    emit: (event) => told.push(event),
    now: () => 7,
  })
  return { network, told, handlers }
}

test('a pinned vector in an answer from another region is told, wherever in it it lies', async () => {
  const { network, told } = watched({ deltas: [{ points: [point(1), point(2), point(2)] }] })
  await network.call('eu', message('gossip', null), 1)
  expect(told).toEqual([{ type: 'carried', t: 7, from: 'eu', to: 'us', ids: [2] }])
})

test('nothing is told of the own region, of tombstones, of ids alone and of points that are not pinned', async () => {
  const { network, told } = watched([
    point(1),
    point(4, { deleted: true, row: -1 }),
    { id: 6, write: 3 },
    { ...point(8), row: -1 },
  ])
  await network.call('eu', message('gossip', null), 1)
  const own = watched([point(2)])
  await own.network.call('us', message('gossip', null), 1)
  expect([...told, ...own.told]).toEqual([])
})

test('a pinned vector in a message that is served is told, but not in an operation of a user', async () => {
  const { network, told, handlers } = watched(null)
  for (const kind of ['gossip', OPERATION]) network.serve(kind, async () => message(kind, null))
  await handlers.get(OPERATION)?.(message(OPERATION, point(2)), 'eu')
  expect(told).toEqual([])
  await handlers.get('gossip')?.(message('gossip', point(2)), 'eu')
  expect(told).toEqual([{ type: 'carried', t: 7, from: 'eu', to: 'us', ids: [2] }])
})

test('a write on its way to whoever stamps it is a vector too', async () => {
  const { network, told } = watched({ point: { id: 2, row: 5, write: 9, deleted: false } })
  await network.call('eu', message('write', null), 1)
  expect(told).toHaveLength(1)
})

test('what is read of another region’s store is told, of the own one not', async () => {
  const { network, told } = watched([point(2)])
  await network.reach('us').store.fetch([2], 'strong', call)
  expect(told).toEqual([])
  await network.reach('ap').store.fetch([2], 'strong', call)
  await network.reach('ap').store.scan(call)
  expect(told.map(({ from, ids }) => [from, ids])).toEqual([
    ['ap', [2]],
    ['ap', [2]],
  ])
})
