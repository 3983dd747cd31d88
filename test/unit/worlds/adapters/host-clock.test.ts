import { expect, test } from 'vitest'
import { DeadlineError } from '../../../../harness/ports/errors.ts'
import { within } from '../../../../harness/worlds/adapters/host-clock.ts'

const busyUntil = (ms: number) => {
  while (performance.now() < ms);
}

test('an answer in time is the answer, and an error in time that error', async () => {
  expect(await within(10_000_000, Promise.resolve(7))).toBe(7)
  await expect(within(10_000_000, Promise.reject(new Error('no')))).rejects.toThrow('no')
})

test('no answer by the deadline is a deadline', async () => {
  await expect(within(1_000, new Promise(() => {}))).rejects.toBeInstanceOf(DeadlineError)
})

test('an answer after the deadline is late, also where it comes before the timer of Node could fire', async () => {
  const work = Promise.resolve('late')
  const asked = within(200, work)
  busyUntil(performance.now() + 0.3)
  await expect(asked).rejects.toBeInstanceOf(DeadlineError)
})
