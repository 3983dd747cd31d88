import { expect, test } from 'vitest'
import { type Change, SENTINEL_ID, type StoredPoint } from '../../../../harness/model/point.ts'
import { CallError } from '../../../../harness/ports/errors.ts'
import type { VectorStore } from '../../../../harness/ports/store.ts'
import type { ConflictRule } from '../../../../harness/systems/shared/conflict.ts'
import { Guard } from '../../../../harness/systems/shared/guard.ts'

const aChange = (over: Partial<Change> & { wallUs?: number } = {}): Change => {
  const { wallUs = 10, ...rest } = over
  const stamp = { wallUs, counter: 0, origin: 'us' }
  return { id: 1, row: 1, write: 1, deleted: false, origin: 'us', stamp, ...rest }
}

function aGuard(rule: ConflictRule = 'hybrid-logical-clock', { loaded = true } = {}) {
  const points = new Map<number, StoredPoint>()
  const state = { loaded, fetches: 0, refuse: false, us: 0 }
  const put = async (changes: readonly StoredPoint[]) => {
    if (state.refuse) throw new CallError('refused', { definite: true })
    for (const change of changes) points.set(change.id, change)
  }
  const store: VectorStore = {
    upsert: put,
    remove: put,
    search: async () => [],
    scan: async () => [],
    fetch: async (ids) => {
      state.fetches++
      if (!state.loaded) return []
      const sentinel = aChange({ id: SENTINEL_ID })
      return [sentinel, ...ids.flatMap((id) => points.get(id) ?? [])]
    },
  }
  const skipped: [number, string][] = []
  const journal = {
    skipped: (write: number, _id: number, why: string) => skipped.push([write, why]),
    tombstonesForgotten: () => {},
    epoch: () => {},
    repaired: () => {},
    mode: () => {},
    figure: () => {},
  }
  const clock = {
    wall: () => state.us,
    elapsed: () => state.us,
    sleep: async (us: number) => {
      state.us += us
    },
    within: <T>(_us: number, work: Promise<T>) => work,
  }
  const guard = new Guard(rule, store, clock, journal)
  const apply = (...changes: Change[]) => guard.apply(changes, { op: 0, deadlineUs: 1_000_000 })
  return { guard, apply, points, skipped, state }
}

test('an older change is not applied and is journaled as older, a repeated one as duplicate', async () => {
  const { apply, points, skipped } = aGuard()
  await apply(aChange({ write: 2, wallUs: 20 }))
  await apply(aChange({ write: 1, wallUs: 10 }), aChange({ write: 2, wallUs: 20 }))
  expect(points.get(1)?.write).toBe(2)
  expect(skipped).toEqual([
    [1, 'older'],
    [2, 'duplicate'],
  ])
})

test('it tells which changes were written: a tombstone that lost is none to be collected later', async () => {
  const { apply } = aGuard()
  const live = aChange({ write: 2, wallUs: 20 })
  expect(await apply(live)).toEqual([live])
  expect(await apply(aChange({ write: 1, wallUs: 10, deleted: true }))).toEqual([])
})

test('of several changes to one point in a batch only the newest is written', async () => {
  const { apply, points, skipped } = aGuard()
  await apply(
    aChange({ write: 1, wallUs: 10 }),
    aChange({ write: 3, wallUs: 30 }),
    aChange({ write: 2, wallUs: 20 }),
  )
  expect(points.get(1)?.write).toBe(3)
  expect(skipped.map(([write]) => write).sort()).toEqual([1, 2])
})

test('arrival order applies whatever comes last', async () => {
  const { apply, points, state } = aGuard('arrival-order')
  await apply(aChange({ write: 2, wallUs: 20 }))
  await apply(aChange({ write: 1, wallUs: 10 }))
  expect(points.get(1)?.write).toBe(1)
  expect(state.fetches).toBe(0)
})

test('what arrival order passes over inside a batch is journaled too', async () => {
  const { apply, points, skipped } = aGuard('arrival-order')
  await apply(aChange({ write: 1 }), aChange({ write: 2 }))
  expect(points.get(1)?.write).toBe(2)
  expect(skipped).toEqual([[1, 'older']])
})

test('a known version costs no read, an unknown one a strong read', async () => {
  const { apply, state } = aGuard()
  await apply(aChange({ write: 1 }))
  await apply(aChange({ write: 2, wallUs: 20 }))
  expect(state.fetches).toBe(1)
})

test('a store that has not loaded its data stops the guard: absence would let old writes back in', async () => {
  const { apply, points } = aGuard('hybrid-logical-clock', { loaded: false })
  await expect(apply(aChange())).rejects.toThrow('has not loaded')
  expect(points.size).toBe(0)
})

test('after a failed write the version counts as unknown again', async () => {
  const { apply, points, state } = aGuard()
  await apply(aChange({ write: 1, wallUs: 10 }))
  state.refuse = true
  await expect(apply(aChange({ write: 3, wallUs: 30 }))).rejects.toThrow('refused')
  state.refuse = false
  await apply(aChange({ write: 2, wallUs: 20 }))
  expect(points.get(1)?.write).toBe(2)
})
