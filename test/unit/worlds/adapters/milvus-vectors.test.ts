import { expect, test } from 'vitest'
import { BASE_STAMP, NO_ROW } from '../../../../harness/model/point.ts'
import { openPool } from '../../../../harness/workload/pool.ts'
import {
  INVENTED_ROW,
  milvusRowOf,
  provenPointOf,
} from '../../../../harness/worlds/adapters/milvus-points.ts'
import { vectorsOf } from '../../../../harness/worlds/adapters/vectors.ts'

const pool = openPool('fixtures/glosses-10k')
const vectors = vectorsOf(pool)
const point = { id: 5, row: 31, write: 8, stamp: { ...BASE_STAMP, origin: 'us' }, deleted: false }

/** As it comes back from a server: numbers of 64 bits as text. */
const returned = (row: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key,
      typeof value === 'number' ? `${value}` : value,
    ]),
  )

test('every pool row is found again by its vector, and nothing else is', () => {
  for (let row = 0; row < vectors.rows; row += 7)
    expect(vectors.rowOf(vectors.vectorOf(row))).toBe(row)
  const off = vectors.vectorOf(3)
  off[0] = (off[0] as number) + 1 / 512
  expect(vectors.rowOf(off)).toBeUndefined()
  // Between two codes: no rounding makes it a row.
  const between = vectors.vectorOf(3).map((value) => value + Math.sign(value) / 2_048)
  expect(vectors.rowOf(between)).toBeUndefined()
  expect(vectors.rowOf(vectors.vectorOf(3).subarray(1))).toBeUndefined()
  expect(vectors.rowOf(new Float32Array(pool.dim))).toBeUndefined()
  expect(vectors.rowOf(new Float32Array(pool.dim).fill(Number.NaN))).toBeUndefined()
})

test('a query vector is its codes over 512, and unknown rows and queries are bugs', () => {
  const codes = [...pool.queryCodes.subarray(pool.dim, pool.dim * 2)]
  expect([...vectors.queryOf(1)]).toEqual(codes.map((code) => code / 512))
  expect(() => vectors.queryOf(pool.queries)).toThrow(/not in the pool/)
  expect(() => vectors.vectorOf(pool.size)).toThrow(/not in the pool/)
  expect(() => vectors.vectorOf(-1)).toThrow(/not in the pool/)
})

test('a point survives the way to a collection and back', () => {
  expect(provenPointOf(returned(milvusRowOf(point, vectors, false)), vectors)).toEqual(point)
  const tombstone = { ...point, row: NO_ROW, deleted: true }
  expect(provenPointOf(returned(milvusRowOf(tombstone, vectors, false)), vectors)).toEqual(
    tombstone,
  )
})

test('a live point is proven by its vector, whatever its row field says', () => {
  const sent = milvusRowOf(point, vectors, false)
  const other = { ...sent, vector: [...vectors.vectorOf(32)] }
  const none = { ...sent, vector: Array.from({ length: pool.dim }, () => 0.25) }
  const named = { ...sent, deleted: true }
  for (const wrong of [other, none, named] as Record<string, unknown>[])
    expect(provenPointOf(returned(wrong), vectors)).toEqual({
      ...point,
      ...{ row: INVENTED_ROW, deleted: wrong['deleted'] },
    })
})

test('tombstones lie where points lie, each in a place of its own', () => {
  const placeOf = (id: number) => {
    const tombstone = { ...point, id, row: NO_ROW, deleted: true }
    return vectors.rowOf(milvusRowOf(tombstone, vectors, false)['vector'] as number[])
  }
  expect([placeOf(-1), placeOf(0), placeOf(9), placeOf(pool.size + 9)]).toEqual([
    ...[pool.size - 1, 0, 9, 9],
  ])
})
