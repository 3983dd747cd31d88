import { expect, test } from 'vitest'
import type { Metric, Vectors } from '../../../../harness/base/exact-search/distance.ts'
import { ExactSearch } from '../../../../harness/base/exact-search/exact-search.ts'
import { frameOf } from '../../../../harness/base/exact-search/frame.ts'
import type { Found } from '../../../../harness/base/exact-search/nearest.ts'
import { plainSearch } from '../../../../harness/base/exact-search/plain-search.ts'
import { Screen } from '../../../../harness/base/exact-search/screen.ts'
import { Rng } from '../../../../harness/base/rng.ts'

const metrics: Metric[] = ['l2', 'inner-product', 'cosine']
const rng = new Rng(14)

/** Each number made by `value` of a number spread like a bell over about -1 … 1. */
const vectors = (count: number, dim: number, value: (bell: number, row: number) => number) =>
  Float32Array.from({ length: count * dim }, (_, i) => {
    const bell = (rng.uniform() + rng.uniform() + rng.uniform() - 1.5) / 1.5
    return value(bell, Math.floor(i / dim))
  })

/** By sorting all distances, which are summed here once more: shares nothing with what it is held against. */
function sorted(rows: Vectors, queries: Vectors, dim: number, k: number, metric: Metric): Found {
  const count = rows.length / dim
  const asked = queries.length / dim
  const places = Array.from({ length: dim }, (_, i) => i)
  const ids: number[] = []
  const distances: number[] = []
  for (let query = 0; query < asked; query++) {
    const q = queries.subarray(query * dim, (query + 1) * dim)
    const all = Array.from({ length: count }, (_, id) => {
      const row = rows.subarray(id * dim, (id + 1) * dim)
      const sum = (term: (i: number) => number) => places.reduce((total, i) => total + term(i), 0)
      const [x, y] = [(i: number) => q[i] as number, (i: number) => row[i] as number]
      if (metric === 'l2') return { id, distance: sum((i) => (x(i) - y(i)) * (x(i) - y(i))) }
      const dot = sum((i) => x(i) * y(i))
      if (metric === 'inner-product') return { id, distance: -dot }
      const lengths = Math.sqrt(sum((i) => x(i) * x(i))) * Math.sqrt(sum((i) => y(i) * y(i)))
      return { id, distance: lengths === 0 ? 1 : 1 - dot / lengths }
    })
    all.sort((a, b) => a.distance - b.distance || a.id - b.id)
    for (const { id, distance } of all.slice(0, k)) {
      ids.push(id)
      distances.push(distance)
    }
  }
  return {
    k: Math.min(k, count),
    ids: Int32Array.from(ids),
    distances: Float64Array.from(distances),
  }
}

const sets: [string, (bell: number, row: number) => number][] = [
  ['around the origin', (bell) => bell],
  ['far from the origin, where float32 alone fails', (bell) => bell + 100],
  ['with rows of very different lengths', (bell, row) => bell * 10 ** ((row % 13) - 6)],
  ['with one row that dwarfs all others', (bell, row) => (row === 5 ? bell * 1e12 : bell)],
  ['of few different numbers, with many ties', (bell) => Math.round(bell * 1.5)],
  ['of numbers near the largest there are', (bell) => bell * 1e37],
  ['of numbers near the smallest there are', (bell) => bell * 1e-38],
  ['with one large component', (bell, row) => (row % 2 === 0 ? bell / 1e4 : bell)],
  ['of nothing but zeros', () => 0],
]

test.each(sets)('vectors %s: ids and distances of a sort of all, to the last bit', (_, value) => {
  for (const [count, dim] of [
    [1_003, 24],
    [260, 33],
    [7, 5],
  ] as const) {
    const rows = vectors(count, dim, value)
    const queries = vectors(13, dim, value)
    for (const metric of metrics) {
      const expected = sorted(rows, queries, dim, 10, metric)
      expect(new ExactSearch(rows, dim, metric).search(queries, 10)).toEqual(expected)
      expect(plainSearch(rows, queries, { dim, k: 10, metric })).toEqual(expected)
    }
  }
})

test.each(metrics)('whole numbers of 8 bits, rows and queries apart, %s', (metric) => {
  const codes = (count: number) => Int8Array.from({ length: count * 30 }, () => rng.int(256) - 128)
  const rows = codes(2_000)
  for (const queries of [codes(9), vectors(9, 30, (bell) => bell * 90)])
    expect(new ExactSearch(rows, 30, metric).search(queries, 7)).toEqual(
      sorted(rows, queries, 30, 7, metric),
    )
})

test('equal rows stand in order of id, also where they fill more than an answer', () => {
  const one = vectors(1, 16, (bell) => bell)
  const rows = new Float32Array(3_000 * 16)
  for (let row = 0; row < 3_000; row++) rows.set(one, row * 16)
  for (const metric of metrics) {
    const { ids } = new ExactSearch(rows, 16, metric).search(one, 12)
    expect([...ids]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  }
})

test('neighbours that 16 bits cannot tell apart are told apart', () => {
  // 4,000 rows within a millionth of each other: every one of them is measured in float64.
  const centre = vectors(1, 64, (bell) => bell)
  const rows = vectors(4_000, 64, (bell) => bell * 1e-6)
  for (let i = 0; i < rows.length; i++) (rows[i] as number) += centre[i % 64] as number
  rows.set(
    centre.map((value) => -value),
    17 * 64,
  )
  for (const metric of metrics)
    expect(new ExactSearch(rows, 64, metric).search(centre, 5)).toEqual(
      sorted(rows, centre, 64, 5, metric),
    )
})

test('rows from the farthest to the nearest, the worst order there is', () => {
  const rows = Float32Array.from({ length: 5_000 * 8 }, (_, i) => 5_000 - Math.floor(i / 8))
  const { ids } = new ExactSearch(rows, 8, 'l2').search(new Float32Array(8), 4)
  expect([...ids]).toEqual([4_999, 4_998, 4_997, 4_996])
})

test('a query too long for float32 is answered by looking at every row', () => {
  const rows = vectors(500, 8, (bell) => bell * 1e-9)
  const queries = vectors(6, 8, (bell, row) => (row === 2 ? bell * 1e30 : bell))
  const screen = Screen.over(rows, frameOf(rows, 8, 'l2'))
  const answered = screen?.candidates(queries, 0, 6, 3)
  expect(answered?.map((candidates) => candidates === null)).toEqual([
    ...[false, false, true, false, false, false],
  ])
  for (const metric of metrics)
    expect(new ExactSearch(rows, 8, metric).search(queries, 3)).toEqual(
      sorted(rows, queries, 8, 3, metric),
    )
})

test('few rows are measured twice: the bounds do their work', () => {
  const rows = vectors(20_000, 64, (bell) => bell)
  const queries = vectors(32, 64, (bell) => bell)
  for (const metric of metrics) {
    const screen = Screen.over(rows, frameOf(rows, 64, metric))
    const left = screen?.candidates(queries, 0, 32, 10).map((found) => found?.left().length ?? 0)
    expect(Math.min(...(left ?? []))).toBeGreaterThanOrEqual(10)
    expect(Math.max(...(left ?? []))).toBeLessThan(40)
  }
})

test('more queries than a batch, more neighbours than rows, and no rows', () => {
  const rows = vectors(50, 6, (bell) => bell)
  const queries = vectors(600, 6, (bell) => bell)
  const search = new ExactSearch(rows, 6, 'l2')
  expect(search.search(queries, 4)).toEqual(sorted(rows, queries, 6, 4, 'l2'))
  expect(search.search(queries, 51)).toEqual(sorted(rows, queries, 6, 51, 'l2'))
  const none = new ExactSearch(new Float32Array(0), 6, 'l2').search(queries, 4)
  expect(none).toEqual({ k: 0, ids: new Int32Array(0), distances: new Float64Array(0) })
})

test('numbers that are not finite are refused by name', () => {
  const rows = vectors(10, 4, (bell) => bell)
  const broken = Float32Array.from(rows)
  broken[4 * 7 + 1] = Number.NaN
  expect(() => new ExactSearch(broken, 4, 'l2')).toThrow(
    'Row 7 holds a number that is not finite. Exact search needs finite numbers.',
  )
  expect(() => new ExactSearch(rows, 4, 'l2').search(broken, 1)).toThrow('Query 7 holds')
})
