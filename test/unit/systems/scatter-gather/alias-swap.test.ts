import { expect, test } from 'vitest'
import { Signal } from '../../../../harness/base/signal.ts'
import { type Change, SENTINEL_ID, type StoredPoint } from '../../../../harness/model/point.ts'
import { CallError } from '../../../../harness/ports/errors.ts'
import type { Collections, VectorStore } from '../../../../harness/ports/store.ts'
import { AliasSwap } from '../../../../harness/systems/scatter-gather/alias-swap.ts'
import { Turns } from '../../../../harness/systems/shared/turns.ts'

const stamp = { wallUs: 0, counter: 0, origin: 'us' }
const aPoint = (id: number, write = 0, deleted = false): Change => ({
  ...{ id, row: deleted ? -1 : id, write, stamp, deleted, origin: 'us' },
})

/** Collections as maps; `hook` runs before each batch that is copied. */
function aStore(base: readonly StoredPoint[]) {
  const collections = new Map<string, Map<number, StoredPoint>>()
  collections.set('live', new Map([aPoint(SENTINEL_ID), ...base].map((point) => [point.id, point])))
  const state = { alias: 'live', hook: async () => {}, refuse: 0, dropped: [] as string[] }
  const storeOf = (name: () => string): VectorStore => {
    const points = () => {
      const found = collections.get(name())
      if (!found) throw new CallError(`no collection ${name()}`, { definite: true })
      return found
    }
    const put = async (changes: readonly StoredPoint[]) => {
      if (name() === 'rebuilt' && changes.length > 1) await state.hook()
      if (name() === 'rebuilt' && state.refuse-- > 0)
        throw new CallError('refused', { definite: true })
      for (const change of changes) points().set(change.id, change)
    }
    return {
      upsert: put,
      remove: put,
      search: async () => [],
      fetch: async (ids) => ids.flatMap((id) => points().get(id) ?? []),
      scan: async () => [...points().values()],
    }
  }
  const port: Collections = {
    create: async (name) => {
      if (collections.has(name)) throw new CallError('taken', { definite: true })
      collections.set(name, new Map())
    },
    open: (name) => storeOf(() => name),
    alias: async (name) => {
      state.alias = name
    },
    list: async () => ({ names: [...collections.keys()], aliased: state.alias }),
    drop: async (name) => {
      state.dropped.push(name)
      collections.delete(name)
    },
  }
  return { state, collections, port, store: storeOf(() => state.alias) }
}

function aSwap(made: ReturnType<typeof aStore>) {
  const turns = new Turns()
  const clock = {
    wall: () => 0,
    elapsed: () => 0,
    sleep: async () => {},
    within: <T>(_us: number, work: Promise<T>) => work,
  }
  const swap = new AliasSwap({
    clock,
    journal: {
      skipped: () => {},
      tombstonesForgotten: () => {},
      epoch: () => {},
      repaired: () => {},
      mode: () => {},
      figure: () => {},
    },
    store: made.store,
    collections: made.port,
    turns,
    index: { kind: 'flat' },
  })
  /** As the keeper of the store writes. */
  const write = (change: Change) =>
    turns.take([change.id], () =>
      swap.both([change.id], async () => {
        await made.store.upsert([change], { op: 1, deadlineUs: 1 })
        return [change]
      }),
    )
  return { swap, write }
}

const versions = (points: Map<number, StoredPoint> | undefined) =>
  new Map([...(points ?? [])].map(([id, { write }]) => [id, write]))

const base = Array.from({ length: 450 }, (_, id) => aPoint(id, 0, id % 50 === 0))

test('the new collection takes the name with every point, tombstones and the sentinel included', async () => {
  const made = aStore(base)
  const before = versions(made.collections.get('live'))
  await aSwap(made).swap.run(new Signal())
  expect(made.state.alias).toBe('rebuilt')
  expect(versions(made.collections.get('rebuilt'))).toEqual(before)
  expect(made.collections.has('live')).toBe(false)
})

test('what is written while it is filled is in it, and no copy puts an older version over it', async () => {
  const made = aStore(base)
  const { swap, write } = aSwap(made)
  let op = 0
  const written: Promise<unknown>[] = []
  made.state.hook = async () => {
    for (let i = 0; i < 5 && op < 40; i++) {
      op++
      written.push(write(aPoint((op * 37) % 500, op)))
    }
    // Time enough for a write that does not wait for its turn to get in between.
    for (let tick = 0; tick < 50; tick++) await null
  }
  await swap.run(new Signal())
  await Promise.all(written)
  expect(op).toBe(40)
  const after = versions(made.collections.get('rebuilt'))
  for (let i = 1; i <= op; i++) expect(after.get((i * 37) % 500)).toBe(i)
  expect(after.size).toBe(new Set([...base.map(({ id }) => id), ...after.keys()]).size)
})

test('what the new collection refused is copied again before the swap', async () => {
  const made = aStore(base)
  const { swap, write } = aSwap(made)
  let done = false
  made.state.hook = async () => {
    if (done) return
    done = true
    made.state.refuse = 2
    await write(aPoint(499, 7))
  }
  await swap.run(new Signal())
  expect(versions(made.collections.get('rebuilt')).get(499)).toBe(7)
})

test('after a crash on the way it begins anew, and once swapped it does nothing', async () => {
  const made = aStore(base)
  await made.port.create('rebuilt', { kind: 'flat' }, { op: 0, deadlineUs: 1 })
  await made.port.open('rebuilt').upsert([aPoint(9999)], { op: 0, deadlineUs: 1 })
  const { swap } = aSwap(made)
  await swap.run(new Signal())
  expect(made.collections.get('rebuilt')?.has(9999)).toBe(false)
  const after = made.collections.get('rebuilt')
  await aSwap(made).swap.run(new Signal())
  expect(made.collections.get('rebuilt')).toBe(after)
})

test('a run that ends meanwhile ends the build too', async () => {
  const made = aStore(base)
  const stop = new Signal()
  made.state.refuse = Number.POSITIVE_INFINITY
  made.state.hook = async () => stop.fire()
  await aSwap(made).swap.run(stop)
  expect(made.state.alias).toBe('live')
})
