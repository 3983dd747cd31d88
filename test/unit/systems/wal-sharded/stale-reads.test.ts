import { expect, test } from 'vitest'
import { CallError } from '../../../../harness/ports/errors.ts'
import { SharedAsks } from '../../../../harness/systems/wal-sharded/stale-reads.ts'

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

test('questions to a region are limited, equal ones share an answer, and one that fails is asked again only later', async () => {
  const { clock, state } = aClock()
  const asks = new SharedAsks(clock, 2, 1_000_000)
  let asked = 0
  const answers: ((value: string) => void)[] = []
  const open = () => {
    asked++
    return new Promise<string>((resolve) => answers.push(resolve))
  }
  const first = asks.ask('eu', 'a', open)
  const same = asks.ask('eu', 'a', open)
  const second = asks.ask('eu', 'b', open)
  expect(await asks.ask('eu', 'c', open)).toBeUndefined()
  expect(asked).toBe(2)
  for (const answer of answers) answer('yes')
  expect(await Promise.all([first, same, second])).toEqual(['yes', 'yes', 'yes'])
  const fail = async () => {
    throw new CallError('cut', { definite: false })
  }
  expect(await asks.ask('eu', 'd', fail)).toBeUndefined()
  expect(await asks.ask('eu', 'e', async () => 'yes')).toBeUndefined()
  state.us = 1_000_000
  expect(await asks.ask('eu', 'e', async () => 'yes')).toBe('yes')
})
