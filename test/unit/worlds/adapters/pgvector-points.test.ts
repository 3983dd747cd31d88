import { expect, test } from 'vitest'
import { BASE_STAMP, NO_ROW, type StoredPoint } from '../../../../harness/model/point.ts'
import { INVENTED_ROW } from '../../../../harness/worlds/adapters/milvus-points.ts'
import {
  columnArrays,
  type PgvectorRow,
  provenPointOf,
  tableOf,
  textOf,
} from '../../../../harness/worlds/adapters/pgvector-points.ts'
import { vectorsOf } from '../../../../harness/worlds/adapters/vectors.ts'

const codes = Int8Array.from([1, -128, 127, 3])
const vectors = vectorsOf({
  ...{ dim: 2, size: 2, queries: 0, codes, queryCodes: new Int8Array(0) },
  vectorOf: (row) => Float32Array.from(codes.subarray(row * 2, row * 2 + 2), (code) => code / 512),
})
const point: StoredPoint = { id: 7, row: 1, write: 9, stamp: BASE_STAMP, deleted: false }

const sent = (...numbers: number[]): Buffer => {
  const buffer = Buffer.alloc(4 + 4 * numbers.length)
  buffer.writeUInt16BE(numbers.length, 0)
  for (const [i, number] of numbers.entries()) buffer.writeFloatBE(number, 4 + 4 * i)
  return buffer
}
const row = (given: Partial<PgvectorRow>): PgvectorRow => ({
  ...{ id: '7', pool_row: '1', write_id: '9', wall_us: '0', counter: '0', origin: '' },
  ...{ deleted: false, sent: sent(127 / 512, 3 / 512) },
  ...given,
})

test('a vector is sent as text that loses nothing', () => {
  const text = textOf(vectors.vectorOf(0))
  expect(JSON.parse(text)).toEqual([1 / 512, -0.25])
})

test('a tombstone is sent without a vector', () => {
  const arrays = columnArrays([point, { ...point, row: NO_ROW, deleted: true }], vectors, false)
  expect(arrays.at(-1)).toEqual([textOf(vectors.vectorOf(1)), null])
})

test('the vector proves the row, and what does not belong together is invented', () => {
  expect(provenPointOf(row({}), vectors).row).toBe(1)
  expect(provenPointOf(row({ pool_row: '0' }), vectors).row).toBe(INVENTED_ROW)
  expect(provenPointOf(row({ sent: sent(0.3, 0.3) }), vectors).row).toBe(INVENTED_ROW)
  expect(provenPointOf(row({ sent: null }), vectors).row).toBe(INVENTED_ROW)
  const dead = { pool_row: String(NO_ROW), deleted: true, sent: null }
  expect(provenPointOf(row(dead), vectors)).toMatchObject({ row: NO_ROW, deleted: true })
  expect(provenPointOf(row({ ...dead, sent: sent(0, 0) }), vectors).row).toBe(INVENTED_ROW)
})

test('a table has the end of a long name: runs differ there', () => {
  const long = `faultline_${'x'.repeat(80)}_42_1234`
  expect(tableOf(long)).toHaveLength(50)
  expect(tableOf(long)).toMatch(/_42_1234$/)
  expect(tableOf('short')).toBe('short')
})
