import { expect, test } from 'vitest'
import { Turns } from '../../../../harness/systems/shared/turns.ts'

const gate = () => {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}

test('work on one point is done one after the other, work on others goes on', async () => {
  const turns = new Turns()
  const order: string[] = []
  const slow = gate()
  const first = turns.take([1], async () => {
    await slow.opened
    order.push('first on 1')
  })
  const second = turns.take([1], async () => {
    order.push('second on 1')
  })
  await turns.take([2], async () => {
    order.push('on 2')
  })
  slow.open()
  await Promise.all([first, second])
  expect(order).toEqual(['on 2', 'first on 1', 'second on 1'])
})

test('overlapping sets of points wait for each other without deadlock', async () => {
  const turns = new Turns()
  const order: string[] = []
  const push = (name: string) => async () => {
    order.push(name)
  }
  await Promise.all([
    turns.take([1, 2], push('a')),
    turns.take([2, 3], push('b')),
    turns.take([3, 1], push('c')),
  ])
  expect(order).toEqual(['a', 'b', 'c'])
})

test('failed work gives the turn on', async () => {
  const turns = new Turns()
  const failed = turns.take([1], async () => {
    throw new Error('no')
  })
  await expect(failed).rejects.toThrow('no')
  expect(await turns.take([1], async () => 'next')).toBe('next')
})
