import { describe, expect, test } from 'vitest'
import type { FaultKind, FaultPlan } from '../../../harness/model/fault.ts'
import { maskedBy, masks } from '../../../harness/model/masking.ts'
import { SECOND } from '../../../harness/model/units.ts'

const there = { from: 'us', to: 'eu' }
const back = { from: 'eu', to: 'us' }
const away = { from: 'us', to: 'ap' }
const fault = (name: string, kind: FaultKind, from: number, to: number): FaultPlan => ({
  ...kind,
  name,
  atUs: from * SECOND,
  untilUs: to * SECOND,
})
const partition: FaultKind = { kind: 'partition', links: [there, back] }
const oneWay: FaultKind = { kind: 'one-way-cut', links: [back] }
const slow: FaultKind = { kind: 'latency', links: [there], addUs: SECOND }
const kill: FaultKind = { kind: 'mirror-kill', links: [there] }
const freeze: FaultKind = { kind: 'store-freeze', region: 'eu' }
const crash: FaultKind = { kind: 'region-crash', region: 'eu' }

describe('what shows in the canary of another fault as that does', () => {
  const hides = (other: FaultKind, one: FaultKind) =>
    masks(fault('other', other, 0, 1), fault('one', one, 0, 1))

  test('silence of a link hides all that is seen over it, either way; a slow one hides no silence', () => {
    expect(hides(oneWay, partition)).toBe(true)
    expect(hides(partition, slow)).toBe(true)
    expect(hides(slow, partition)).toBe(false)
    expect(hides(partition, { ...slow, links: [away] } as FaultKind)).toBe(false)
  })

  test('a mirror is silent under a cut, a crash at either end, and another fault of the same mirror', () => {
    expect(hides(partition, kill)).toBe(true)
    expect(hides(crash, kill)).toBe(true)
    expect(hides({ kind: 'mirror-pause', links: [there] }, kill)).toBe(true)
    expect(hides({ kind: 'mirror-pause', links: [back] }, kill)).toBe(false)
    expect(hides(kill, partition)).toBe(false)
  })

  test('a region hides its store, and no other region does', () => {
    expect(hides(crash, freeze)).toBe(true)
    expect(hides(freeze, crash)).toBe(false)
    expect(hides({ kind: 'region-crash', region: 'us' }, freeze)).toBe(false)
  })
})

describe('whether a fault can be confirmed at all', () => {
  const inTheWay = (one: FaultPlan, ...others: FaultPlan[]) =>
    maskedBy(one, [one, ...others], 200 * SECOND).map(({ name }) => name)

  test('a link tells a fault that stands alone for a second, before another or after it', () => {
    expect(inTheWay(fault('a', partition, 10, 20))).toEqual([])
    expect(inTheWay(fault('a', partition, 10, 20), fault('b', oneWay, 11, 30))).toEqual([])
    expect(inTheWay(fault('a', partition, 10, 20), fault('b', oneWay, 5, 19))).toEqual([])
    expect(inTheWay(fault('a', partition, 10, 20), fault('b', oneWay, 5, 19.5))).toEqual(['b'])
    expect(inTheWay(fault('a', partition, 10, 20), fault('b', oneWay, 10, 20))).toEqual(['b'])
  })

  test('several together leave no gap', () => {
    const two = [fault('b', oneWay, 5, 15), fault('c', oneWay, 15, 30)]
    expect(inTheWay(fault('a', partition, 10, 20), ...two)).toEqual(['b', 'c'])
  })

  test('of a server only the beginning tells: what silenced it before may last', () => {
    expect(inTheWay(fault('a', freeze, 10, 20), fault('b', crash, 12, 30))).toEqual([])
    expect(inTheWay(fault('a', freeze, 10, 20), fault('b', crash, 5, 12))).toEqual(['b'])
  })

  test('the end has to be seen too, within the minute that canaries wait for it', () => {
    expect(inTheWay(fault('a', partition, 10, 20), fault('b', oneWay, 15, 79))).toEqual([])
    expect(inTheWay(fault('a', partition, 10, 20), fault('b', oneWay, 15, 80))).toEqual(['b'])
    const late = fault('a', partition, 180, 190)
    expect(inTheWay(late, fault('b', oneWay, 185, 200))).toEqual(['b'])
  })
})
