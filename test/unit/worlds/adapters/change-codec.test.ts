import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BASE_STAMP, type Change, changeBytes, NO_ROW } from '../../../../harness/model/point.ts'
import { decodeChange, encodeChange } from '../../../../harness/worlds/adapters/change-codec.ts'

const vector = Float32Array.from({ length: 384 }, (_, i) => i / 512 - 0.3)
const vectorOf = () => vector
const change: Change = {
  ...{ id: 7, row: 12, write: 99, deleted: false, origin: 'us-east' },
  stamp: { wallUs: 1_234_567, counter: 3, origin: 'eu-west' },
}

test('every change comes back as it was', () => {
  const number = fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1 })
  const name = fc.constantFrom('', 'us-east', 'Zürich', '東京', 'x'.repeat(255))
  const changes = fc.record({
    id: number,
    row: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    write: number,
    stamp: fc.record({ wallUs: number, counter: number, origin: name }),
    deleted: fc.boolean(),
    origin: name,
  })
  const divided = fc.record({ shard: fc.nat(), change: changes })
  fc.assert(
    fc.property(divided, ({ shard, change: one }) => {
      const there = { ...one, shard }
      expect(decodeChange(encodeChange(there, vectorOf).value)).toEqual(there)
    }),
  )
  fc.assert(
    fc.property(changes, (one) => {
      expect(decodeChange(encodeChange(one, vectorOf).value)).toEqual(one)
    }),
  )
})

test('the key is the id as text, so that one id is always in one partition', () => {
  expect(encodeChange({ ...change, id: 1_234 }, vectorOf).key).toBe('1234')
  expect(encodeChange({ ...change, id: -3 }, vectorOf).key).toBe('-3')
})

test('the value ends with the vector, bit by bit, also if it is a view into more', () => {
  const pool = new Float32Array(3 * 384).fill(9)
  pool.set(vector, 384)
  const { value } = encodeChange(change, () => pool.subarray(384, 2 * 384))
  const tail = value.subarray(value.length - 384 * 4)
  expect(tail.equals(Buffer.from(vector.buffer))).toBe(true)
})

test('a change weighs what the model says, give or take the names of regions', () => {
  const weightOf = (one: Change) => {
    const { key, value } = encodeChange(one, vectorOf)
    return key.length + value.length
  }
  const tombstone = { ...change, deleted: true, row: NO_ROW }
  for (const one of [change, tombstone])
    expect(Math.abs(weightOf(one) - changeBytes(one, 384))).toBeLessThan(24)
})

test('a tombstone asks for no vector and comes back', () => {
  const tombstone = { ...change, deleted: true, row: NO_ROW, stamp: BASE_STAMP }
  const never = () => {
    throw new Error('a tombstone has no vector')
  }
  expect(decodeChange(encodeChange(tombstone, never).value)).toEqual(tombstone)
})

test('a value that is no change is refused', () => {
  const { value } = encodeChange(change, vectorOf)
  expect(() => decodeChange(Buffer.alloc(0))).toThrow('a record of 0 bytes is no change')
  expect(() => decodeChange(value.subarray(0, value.length - 1))).toThrow('says it has')
  const other = Buffer.from(value)
  other.writeUInt8(1, 0)
  expect(() => decodeChange(other)).toThrow('is no change')
})

test('a name that does not fit is refused, not cut', () => {
  expect(() => encodeChange({ ...change, origin: 'x'.repeat(256) }, vectorOf)).toThrow('longer')
})
