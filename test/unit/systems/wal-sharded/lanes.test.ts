import { expect, test } from 'vitest'
import { Background } from '../../../../harness/base/signal.ts'
import type { Change } from '../../../../harness/model/point.ts'
import { CallError } from '../../../../harness/ports/errors.ts'
import { Lanes } from '../../../../harness/systems/wal-sharded/lanes.ts'

const aChange = (write: number): Change => ({
  ...{ id: write, row: 1, write, deleted: false, origin: 'us' },
  stamp: { wallUs: write, counter: 0, origin: 'us' },
})

const aClock = () => {
  const state = { us: 0 }
  return {
    state,
    clock: {
      wall: () => state.us,
      elapsed: () => state.us,
      sleep: async (us: number) => {
        state.us += us
      },
      within: <T>(_us: number, work: Promise<T>) => work,
    },
  }
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Lanes whose calls end when the test says so. */
function someLanes(batch: number) {
  const { clock } = aClock()
  const calls: { writes: number[]; end: (error?: Error) => void }[] = []
  const lanes = new Lanes(
    clock,
    batch,
    new Background(),
    (changes) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) => (error ? reject(error) : resolve())
        calls.push({ writes: changes.map(({ write }) => write), end })
      }),
  )
  return { lanes, calls }
}

test('a lane has one call under way and keeps its order; another lane does not wait for it', async () => {
  const { lanes, calls } = someLanes(2)
  for (const write of [1, 2, 3]) void lanes.put('a', aChange(write))
  void lanes.put('b', aChange(9))
  await settled()
  expect(calls.map(({ writes }) => writes)).toEqual([[1], [9]])
  calls[0]?.end()
  await settled()
  expect(calls[2]?.writes).toEqual([2, 3])
  expect(lanes.waiting).toBe(3)
})

test('a call that fails is made again: a lane loses nothing', async () => {
  const { lanes, calls } = someLanes(2)
  const put = lanes.put('a', aChange(1))
  await settled()
  calls[0]?.end(new CallError('store is down', { definite: true }))
  await settled()
  expect(calls[1]?.writes).toEqual([1])
  calls[1]?.end()
  await put
  expect(lanes.waiting).toBe(0)
})

test('a lane that takes over from another waits for what that one has', async () => {
  const { lanes, calls } = someLanes(2)
  void lanes.put('5', aChange(1))
  void lanes.put('5/0', aChange(2), '5')
  await settled()
  expect(calls.map(({ writes }) => writes)).toEqual([[1]])
  calls[0]?.end()
  await settled()
  expect(calls[1]?.writes).toEqual([2])
})
