import { expect, test } from 'vitest'
import { firstOf, hedge, TooFewError } from '../../../harness/base/first.ts'
import { Timeline } from '../../../harness/worlds/sim/timeline.ts'

const timeline = new Timeline()
const sleep = (us: number) => timeline.until(timeline.now() + us)
const after = async <T>(us: number, value: T): Promise<T> => {
  await sleep(us)
  return value
}
const failAfter = async (us: number): Promise<never> => {
  await sleep(us)
  throw new Error('refused')
}
const drive = <T>(work: Promise<T>) => timeline.drive(work)

test('firstOf gives the first values in order of arrival and never waits for the slowest', async () => {
  const start = timeline.now()
  const got = await drive(firstOf([after(90, 'c'), after(10, 'a'), after(20, 'b')], 2))
  expect(got).toEqual(['a', 'b'])
  expect(timeline.now() - start).toBe(20)
})

test('firstOf gives up as soon as too few are left', async () => {
  const start = timeline.now()
  const work = firstOf([failAfter(10), failAfter(20), after(90, 'c')], 2)
  await expect(drive(work)).rejects.toThrow(new TooFewError([], [1, 2]).message)
  expect(timeline.now() - start).toBe(20)
})

test('firstOf of nothing needed is met at once, of too few works it never can be', async () => {
  expect(await drive(firstOf([], 0))).toEqual([])
  await expect(drive(firstOf([after(1, 'a')], 2))).rejects.toThrow(TooFewError)
})

test('hedge asks a second time only after its patience is over, and the first answer wins', async () => {
  let asked = 0
  const ask = (us: number, value: string) => () => {
    asked++
    return after(us, value)
  }
  expect(await drive(hedge([ask(10, 'fast'), ask(1, 'second')], 20, sleep))).toBe('fast')
  expect(asked).toBe(1)
  expect(await drive(hedge([ask(90, 'slow'), ask(30, 'second')], 20, sleep))).toBe('second')
  expect(asked).toBe(3)
})

test('hedge moves on at once when a work fails, and fails when all have', async () => {
  const start = timeline.now()
  expect(await drive(hedge([() => failAfter(5), () => after(5, 'b')], 100, sleep))).toBe('b')
  expect(timeline.now() - start).toBe(10)
  await expect(drive(hedge([() => failAfter(1), () => failAfter(1)], 9, sleep))).rejects.toThrow(
    TooFewError,
  )
})
