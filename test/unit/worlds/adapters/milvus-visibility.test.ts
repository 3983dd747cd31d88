import { expect, test, vi } from 'vitest'
import { BASE_STAMP, type StoredPoint } from '../../../../harness/model/point.ts'
import { CallError } from '../../../../harness/ports/errors.ts'
import { HostClock, pause } from '../../../../harness/worlds/adapters/host-clock.ts'
import { DeadlineStreak } from '../../../../harness/worlds/adapters/milvus-connection.ts'
import { VisibilityWatch } from '../../../../harness/worlds/adapters/milvus-visibility.ts'
import { Waiting } from '../../../../harness/worlds/adapters/server-waiting.ts'

/** A store whose reads show what `shown` holds: write by id. Strong ones are answered once `tick` has settled. */
function watched(tick = Promise.resolve()) {
  const clock = new HostClock()
  clock.begin()
  const shown = new Map<number, number>()
  /** Ids of each strong read, and of each bounded one. */
  const asked: number[][] = []
  const polled: number[][] = []
  const seen: [write: number, id: number][] = []
  const trouble: { now: Error | null } = { now: null }
  const broken: unknown[] = []
  const fetch = async (ids: readonly number[], consistency: string): Promise<StoredPoint[]> => {
    const strong = consistency === 'strong'
    ;(strong ? asked : polled).push([...ids])
    if (trouble.now) throw trouble.now
    if (strong) await tick
    return ids.flatMap((id) => {
      const write = shown.get(id)
      if (write === undefined) return []
      return [{ ...{ id, write, row: 0, deleted: false }, stamp: BASE_STAMP }]
    })
  }
  const watch = new VisibilityWatch({
    ...{ store: { fetch }, now: () => clock.now(), everyMs: 2 },
    onBroken: (error) => broken.push(error),
    onVisible: (write, id, t) => {
      expect(t).toBeLessThanOrEqual(clock.now())
      seen.push([write, id])
    },
  })
  return { watch, shown, asked, polled, seen, trouble, broken }
}

const aWhile = () => pause(30_000)

test('a version is reported once it is shown, and nothing is asked while none is waited for', async () => {
  const { watch, shown, asked, polled, seen } = watched()
  await aWhile()
  expect([...asked, ...polled]).toEqual([])
  shown.set(4, 10)
  watch.note(11, 4)
  watch.note(12, 5)
  await aWhile()
  expect(seen).toEqual([])
  expect(watch.pending).toBe(2)
  shown.set(4, 11)
  await aWhile()
  expect(seen).toEqual([[11, 4]])
  expect(polled.at(-1)).toEqual([5])
  shown.set(5, 12)
  await aWhile()
  expect(seen).toEqual([
    [11, 4],
    [12, 5],
  ])
  const before = polled.length
  await aWhile()
  expect(polled.length).toBe(before)
  shown.set(5, 13)
  watch.note(13, 5)
  await aWhile()
  expect(seen.at(-1)).toEqual([13, 5])
})

test('one strong read says when a version is shown, however long the store takes to answer it', async () => {
  let strike = () => {}
  const tick = new Promise<void>((resolve) => {
    strike = resolve
  })
  const { watch, shown, asked, polled, seen } = watched(tick)
  watch.note(14, 4)
  await aWhile()
  // Noted while the first read waits: they have reads of their own, and those that come at once share one.
  for (const [write, id] of [
    [15, 5],
    [16, 5],
    [17, 6],
  ] as const)
    watch.note(write, id)
  await aWhile()
  expect(asked).toEqual([[4], [5], [5, 6]])
  expect(seen).toEqual([])
  shown.set(4, 14).set(5, 16).set(6, 17)
  strike()
  await aWhile()
  expect(seen).toEqual([
    [14, 4],
    [15, 5],
    [16, 5],
    [17, 6],
  ])
  expect(asked).toHaveLength(3)
  expect(polled).toEqual([])
})

test('a version that a later one replaced counts as seen with it, a later one not with it', async () => {
  const { watch, shown, seen } = watched()
  for (const write of [21, 22, 23]) watch.note(write, 4)
  shown.set(4, 22)
  await aWhile()
  expect(seen).toEqual([
    [21, 4],
    [22, 4],
  ])
  expect(watch.pending).toBe(1)
  watch.close()
})

test('a store that refuses is asked again', async () => {
  const { watch, shown, polled, seen, trouble } = watched()
  trouble.now = new CallError('down', { definite: true })
  shown.set(4, 31)
  watch.note(31, 4)
  await vi.waitFor(() => expect(polled.length).toBeGreaterThan(2))
  expect(seen).toEqual([])
  trouble.now = null
  await aWhile()
  expect(seen).toEqual([[31, 4]])
})

test('all ids waited for are asked for in one query, up to 1,000', async () => {
  const { watch, asked } = watched()
  for (let id = 0; id < 1_500; id++) watch.note(id + 1, id)
  await aWhile()
  // The first query starts with the first note.
  expect(asked.map((ids) => ids.length)).toEqual([1, 1_000, 499])
  watch.close()
  const before = asked.length
  watch.note(9, 9)
  await aWhile()
  expect(asked.length).toBeLessThanOrEqual(before + 1)
})

test('three late calls in a row, over more than three seconds, are a dead connection', () => {
  const streak = new DeadlineStreak()
  expect([0, 1_000, 3_000, 3_100].map((at) => streak.late(at))).toEqual([null, null, null, 3_100])
  expect([4_000, 9_000].map((at) => streak.late(at))).toEqual([null, null])
  streak.answered()
  expect([9_100, 9_200, 9_300, 12_200].map((at) => streak.late(at))).toEqual([
    ...[null, null, null, 3_100],
  ])
})

test('a new connection that is not answered either is given twice the time, up to 24 s', () => {
  const streak = new DeadlineStreak()
  const rebuilt = (from: number, to: number) =>
    Array.from({ length: (to - from) / 500 + 1 }, (_, i) => from + 500 * i).filter(
      (at) => streak.late(at) !== null,
    )
  expect(rebuilt(0, 120_000)).toEqual([3_500, 10_500, 23_500, 48_500, 73_500, 98_500])
  streak.answered()
  expect(rebuilt(130_000, 134_000)).toEqual([133_500])
})

test('a wait that ends says who, what, how long and the last answer', async () => {
  const waiting = new Waiting('Milvus at here', 150, 'Look there.')
  let looks = 0
  await waiting.until('it is up', async () => {
    if (++looks === 1) throw new CallError('refused', { definite: true })
    return { done: true, saw: 'up' }
  })
  expect(looks).toBe(2)
  const never = waiting.until('it is sealed', async () => ({ done: false, saw: '3 rows' }))
  await expect(never).rejects.toThrow(
    /^Milvus at here: waited 0\.\d s until it is sealed, of 0 s .*answer was: 3 rows\. Look there\.$/,
  )
  const bug = waiting.until('x', () => Promise.reject(new TypeError('bug')))
  await expect(bug).rejects.toThrow(TypeError)
})

test('what fails while it looks and is no refused call ends the run', async () => {
  const { watch, trouble, broken } = watched()
  trouble.now = new TypeError('a bug')
  watch.note(1, 4)
  await aWhile()
  expect(broken).toEqual([trouble.now])
})
