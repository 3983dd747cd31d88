import { expect, test } from 'vitest'
import type { Change } from '../../../../harness/model/point.ts'
import { counterOf, epochOf, Fence } from '../../../../harness/systems/primary-replica/fence.ts'
import type { Guard } from '../../../../harness/systems/shared/guard.ts'

const CALL = { op: 0, deadlineUs: 1 }

const aChange = (write: number, epoch: number): Change => ({
  ...{ id: write, row: write, write, deleted: false, origin: 'us' },
  stamp: { wallUs: 1, counter: counterOf(epoch, write), origin: 'us' },
})

/** A fence in front of a store that holds the versions of some writes. */
async function aFence(here: readonly number[] = []) {
  const kept = new Map<string, number>()
  const durable = {
    load: async (key: string) => kept.get(key),
    save: async (key: string, value: number) => void kept.set(key, value),
  }
  const told: [string, number, number | undefined][] = []
  const journal = {
    ...{ skipped: () => {}, tombstonesForgotten: () => {}, repaired: () => {} },
    ...{ mode: () => {}, figure: () => {} },
    epoch: (what: string, epoch: number, write?: number) => void told.push([what, epoch, write]),
  }
  const guard = {
    winning: async (changes: readonly Change[]) =>
      changes.filter(({ write }) => !here.includes(write)),
  } as unknown as Guard
  const restore = () => Fence.restore(durable, journal)
  return { fence: await restore(), restore, guard, told }
}

test('the fencing token and the number of a write stand in one counter, and tokens outrank numbers', () => {
  expect(epochOf(aChange(7, 3).stamp)).toBe(3)
  expect(counterOf(2, 1)).toBeGreaterThan(counterOf(1, 4_000_000_000))
})

test('a late change of a former epoch is refused and reported once; what is here already and what is newer pass', async () => {
  const { fence, guard, told } = await aFence([2])
  await fence.raise(2, true)
  const changes = [aChange(1, 1), aChange(2, 1), aChange(3, 2)]
  expect((await fence.admit(changes, guard, CALL)).map(({ write }) => write)).toEqual([2, 3])
  await fence.admit(changes, guard, CALL)
  expect(told).toEqual([['rejected', 1, 1]])
})

test('until the store was compared with the new primary nobody knows what is late: such changes wait', async () => {
  const { fence, guard, told } = await aFence()
  await fence.raise(2, false)
  await expect(fence.admit([aChange(1, 1)], guard, CALL)).rejects.toThrow('not yet compared')
  expect(await fence.admit([aChange(2, 2)], guard, CALL)).toHaveLength(1)
  expect(told).toEqual([])
})

test('a region that takes over lets everything in that it was sent', async () => {
  const { fence, guard } = await aFence()
  await fence.raise(2, false)
  fence.open = true
  expect(await fence.admit([aChange(1, 1)], guard, CALL)).toHaveLength(1)
})

test('after a crash the fence stands where it stood, compared or not', async () => {
  const { fence, restore } = await aFence()
  await fence.raise(1, true)
  expect(await restore()).toMatchObject({ epoch: 1, compared: true })
  await fence.raise(2, false)
  expect(await restore()).toMatchObject({ epoch: 2, compared: false })
  await fence.raise(1, true)
  expect(await restore()).toMatchObject({ epoch: 2, compared: false })
})
