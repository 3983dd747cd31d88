import { expect, test } from 'vitest'
import { keptByAll } from '../../../../harness/model/layout.ts'
import { oldestUs, Unarrived } from '../../../../harness/pipeline/live/unarrived.ts'

const regions = ['us', 'eu']
const awaiting = () => new Unarrived(regions, keptByAll(regions))
const linkOf = (unarrived: Unarrived) => {
  const link = unarrived.links.get('us>eu')
  if (!link) throw new Error('no link')
  return link
}

test('a write is awaited from its acknowledgement until searches see it', () => {
  const unarrived = awaiting()
  unarrived.sent(1, 9, 100)
  expect(oldestUs(linkOf(unarrived), 150)).toBe(0)
  unarrived.acknowledged(1, 'us', 200)
  expect(oldestUs(linkOf(unarrived), 500)).toBe(300)
  unarrived.came(1, 'eu', 700, true)
  expect(linkOf(unarrived)).toMatchObject({ arrived: 1, lastUs: 500 })
  expect(oldestUs(linkOf(unarrived), 800)).toBe(0)
})

test('what was seen before its acknowledgement has a negative lag, as the summary has it', () => {
  const unarrived = awaiting()
  unarrived.sent(1, 9, 100)
  unarrived.came(1, 'eu', 150, true)
  unarrived.acknowledged(1, 'us', 200)
  expect(linkOf(unarrived)).toMatchObject({ arrived: 1, lastUs: -50 })
})

test('a later write of the point that searches see ends the waiting for an earlier one, never the other way round', () => {
  const unarrived = awaiting()
  unarrived.sent(1, 9, 100)
  unarrived.acknowledged(1, 'us', 200)
  unarrived.sent(2, 9, 300)
  unarrived.acknowledged(2, 'us', 400)
  unarrived.came(1, 'eu', 500, true)
  expect([...linkOf(unarrived).awaited.keys()]).toEqual([2])
  unarrived.sent(3, 9, 600)
  unarrived.acknowledged(3, 'us', 700)
  unarrived.came(3, 'eu', 800, true)
  expect(linkOf(unarrived).awaited.size).toBe(0)
  expect(linkOf(unarrived).arrived).toBe(3)
})

test('what was found older has arrived; what failed is not awaited', () => {
  const unarrived = awaiting()
  for (const op of [1, 2]) unarrived.sent(op, op, 100)
  unarrived.acknowledged(1, 'us', 200)
  unarrived.failed(2)
  unarrived.acknowledged(2, 'us', 250)
  expect(linkOf(unarrived).awaited.size).toBe(1)
  unarrived.came(1, 'eu', 300, false)
  expect(linkOf(unarrived)).toMatchObject({ arrived: 1, lastUs: 100 })
})
