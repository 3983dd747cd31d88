import { expect, test } from 'vitest'
import { BASE_STAMP, NO_ROW, SENTINEL_ID, type StoredPoint } from '../../harness/model/point.ts'
import { MS, SECOND } from '../../harness/model/units.ts'
import type { Clock } from '../../harness/ports/clock.ts'
import type { Purgeable, VectorStore } from '../../harness/ports/store.ts'

/** A store with base points 0 … 99 (id = row), a clock, and a way to let time pass until work is done. */
export type StoreUnderTest = {
  store: VectorStore & Purgeable
  clock: Clock
  /** Longest time between acknowledgement and visibility. */
  visibleWithinUs: number
  drive: <T>(work: Promise<T>) => Promise<T>
}

const call = { op: 1, deadlineUs: 10 * SECOND }
const stamp = { ...BASE_STAMP, wallUs: 5 }

const upsertOf = (id: number, row: number, write: number): StoredPoint => ({
  id,
  row,
  write,
  stamp,
  deleted: false,
})
const tombstoneOf = (id: number, write: number): StoredPoint => ({
  id,
  row: NO_ROW,
  write,
  stamp,
  deleted: true,
})

/** What every vector store must do, in every world. */
export function vectorStoreContract(world: string, open: () => Promise<StoreUnderTest>): void {
  const within = async (body: (it: StoreUnderTest) => Promise<void>) => {
    const it = await open()
    await it.drive(body(it))
  }
  const search = ({ store }: StoreUnderTest, consistency: 'strong' | 'bounded') =>
    store.search({ query: 0, k: 200, consistency }, call)

  test(`${world}: a search gives live points, nearest first, at most k`, () =>
    within(async (it) => {
      const hits = await it.store.search({ query: 0, k: 10, consistency: 'bounded' }, call)
      expect(hits).toHaveLength(10)
      const distances = hits.map(({ distance }) => distance)
      expect(distances).toEqual([...distances].sort((a, b) => a - b))
      expect((await search(it, 'bounded')).length).toBe(100)
    }))

  test(`${world}: a strong read sees an acknowledged write, a bounded one sees it in the end`, () =>
    within(async (it) => {
      await it.store.upsert([upsertOf(7, 150, 71)], call)
      const strong = await it.store.fetch([7], 'strong', call)
      expect(strong).toEqual([upsertOf(7, 150, 71)])
      await it.store.upsert([upsertOf(8, 151, 72)], call)
      await it.clock.sleep(it.visibleWithinUs)
      const hits = await search(it, 'bounded')
      expect(hits.find(({ id }) => id === 8)?.write).toBe(72)
    }))

  test(`${world}: an upsert replaces the point: never two versions of one id`, () =>
    within(async (it) => {
      for (let write = 1; write <= 20; write++) {
        await it.store.upsert([upsertOf(3, 100 + write, write)], call)
        const hits = await search(it, write % 2 === 0 ? 'strong' : 'bounded')
        expect(hits.filter(({ id }) => id === 3)).toHaveLength(1)
      }
      expect(await it.store.fetch([3], 'strong', call)).toEqual([upsertOf(3, 120, 20)])
    }))

  test(`${world}: a removed point is gone from searches and stays as a tombstone for reads`, () =>
    within(async (it) => {
      await it.store.remove([tombstoneOf(4, 9)], call)
      expect((await search(it, 'strong')).some(({ id }) => id === 4)).toBe(false)
      expect(await it.store.fetch([4], 'strong', call)).toEqual([tombstoneOf(4, 9)])
    }))

  test(`${world}: a write is unconditional: the older stamp replaces the newer one`, () =>
    within(async (it) => {
      await it.store.upsert([{ ...upsertOf(5, 110, 1), stamp: { ...stamp, wallUs: 900 } }], call)
      await it.store.upsert([upsertOf(5, 111, 2)], call)
      const [found] = await it.store.fetch([5], 'strong', call)
      expect(found?.write).toBe(2)
    }))

  test(`${world}: a purge forgets tombstones and touches nothing alive`, () =>
    within(async (it) => {
      await it.store.remove([tombstoneOf(4, 9)], call)
      await it.clock.sleep(it.visibleWithinUs)
      await it.store.purge([4, 6], call)
      const found = await it.store.fetch([4, 6], 'strong', call)
      expect(found.map(({ id }) => id)).toEqual([6])
    }))

  test(`${world}: a scan has every point, tombstones and the sentinel too`, () =>
    within(async (it) => {
      await it.store.remove([tombstoneOf(4, 9)], call)
      const scanned = await it.store.scan(call)
      expect(scanned).toHaveLength(101)
      expect(
        scanned
          .filter(({ deleted }) => deleted)
          .map(({ id }) => id)
          .sort(),
      ).toEqual([SENTINEL_ID, 4])
    }))

  test(`${world}: an absent id is absent, not an error`, () =>
    within(async (it) => {
      expect(await it.store.fetch([123_456], 'strong', call)).toEqual([])
    }))

  test(`${world}: a call past its deadline is of unknown outcome`, () =>
    within(async (it) => {
      const late = it.store.fetch([1], 'strong', { op: 1, deadlineUs: 1 })
      await expect(late).rejects.toMatchObject({ definite: false })
      await it.clock.sleep(50 * MS)
    }))
}

/** Shards of the store that `dividedStoreContract` is given: point i of its base is in shard i % 4. */
export const SHARDS = 4

/** What a store that is divided into shards must do besides. Its base has 100 points, 25 in every shard. */
export function dividedStoreContract(world: string, open: () => Promise<StoreUnderTest>): void {
  const within = async (body: (it: StoreUnderTest) => Promise<void>) => {
    const it = await open()
    await it.drive(body(it))
  }
  const idsIn = async ({ store }: StoreUnderTest, shards?: readonly number[], k = 100) => {
    const hits = await store.search(
      { query: 0, k, consistency: 'strong', ...(shards && { shards }) },
      call,
    )
    const distances = hits.map(({ distance }) => distance)
    expect(distances).toEqual([...distances].sort((a, b) => a - b))
    return hits.map(({ id }) => id)
  }
  const inShard = (ids: readonly number[], shard: number) =>
    ids.every((id) => id % SHARDS === shard)

  test(`${world}: a search of some shards finds their points alone, nearest first, and k of them`, () =>
    within(async (it) => {
      const whole = await idsIn(it)
      expect(whole).toHaveLength(100)
      for (let shard = 0; shard < SHARDS; shard++) {
        const found = await idsIn(it, [shard], 20)
        expect(found).toHaveLength(20)
        expect(inShard(found, shard)).toBe(true)
        expect(found).toEqual(whole.filter((id) => id % SHARDS === shard).slice(0, 20))
      }
      const two = await idsIn(it, [1, 3], 10)
      expect(two).toEqual(whole.filter((id) => id % 2 === 1).slice(0, 10))
    }))

  test(`${world}: a point that moves is in its new shard alone, in one version`, () =>
    within(async (it) => {
      for (const [shard, write] of [
        [2, 31],
        [3, 32],
        [1, 33],
      ] as const) {
        await it.store.upsert([{ ...upsertOf(6, 6, write), shard }], call)
        for (let one = 0; one < SHARDS; one++)
          expect((await idsIn(it, [one])).includes(6)).toBe(one === shard)
        expect((await idsIn(it)).filter((id) => id === 6)).toHaveLength(1)
        expect(await it.store.fetch([6], 'strong', call)).toEqual([
          { ...upsertOf(6, 6, write), shard },
        ])
      }
    }))

  test(`${world}: reads and scans tell the shard of a point, and a tombstone is in no search`, () =>
    within(async (it) => {
      await it.store.remove([{ ...tombstoneOf(9, 41), shard: 1 }], call)
      await it.store.remove([tombstoneOf(10, 42)], call)
      const read = await it.store.fetch([8, 9, 10], 'strong', call)
      const shards = new Map(read.map(({ id, shard }) => [id, shard]))
      expect([8, 9, 10].map((id) => shards.get(id))).toEqual([0, 1, undefined])
      const scanned = await it.store.scan(call)
      expect(scanned).toHaveLength(101)
      for (const { id, shard, deleted } of scanned) if (!deleted) expect(shard).toBe(id % SHARDS)
      expect((await idsIn(it, [0, 1, 2, 3])).filter((id) => id === 9 || id === 10)).toEqual([])
    }))
}
