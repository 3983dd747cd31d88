import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { NeighbourTable } from '../../../harness/base/neighbours.ts'
import { openPool } from '../../../harness/workload/pool.ts'

const folder = 'fixtures/glosses-10k'
const pool = openPool(folder)
const allQueries = Array.from({ length: pool.queries }, (_, query) => query)

const tableOver = (rows: number): NeighbourTable =>
  new NeighbourTable(pool.codes, pool.queryCodes, pool.dim, rows)

type Shipped = { ids: number[]; distances: number[] }

/** Shipped neighbours, query by query: u32 nq, u32 k, nq·k int32 ids, nq·k float32 squared distances. */
function shipped(file: string): Shipped[] {
  const bytes = readFileSync(`${folder}/${file}`)
  const queries = bytes.readUInt32LE(0)
  const k = bytes.readUInt32LE(4)
  return Array.from({ length: queries }, (_, query) => {
    const places = Array.from({ length: k }, (_, i) => 8 + 4 * (query * k + i))
    return {
      ids: places.map((at) => bytes.readInt32LE(at)),
      distances: places.map((at) => bytes.readFloatLE(at + 4 * queries * k)),
    }
  })
}

test.each([
  ['gt100.base.bin', 10_000],
  ['gt100.all.bin', 12_000],
])(
  'the 100 nearest of all queries are the ones %s ships, distances to the last bit',
  (file, rows) => {
    const table = tableOver(rows)
    table.prepare(allQueries)
    const expected = shipped(file)
    expect(expected).toHaveLength(500)
    const wrong = allQueries.filter((query) => {
      const { ids, distances } = expected[query] as Shipped
      const list = table.list(query)
      return ids.some((id, i) => list[i] !== id || table.distance(query, id) !== distances[i])
    })
    expect(wrong).toEqual([])
  },
)

test('a list holds every row once, nearest first, ties by row', () => {
  const table = tableOver(1_001)
  const list = table.list(7)
  expect([...list].sort((a, b) => a - b)).toEqual(Array.from({ length: 1_001 }, (_, row) => row))
  const ordered = [...list].every((row, i) => {
    const before = list[i - 1]
    if (before === undefined) return true
    const step = table.distance(7, row) - table.distance(7, before)
    return step > 0 || (step === 0 && row > before)
  })
  expect(ordered).toBe(true)
})

test('a list is the same whether made alone or with others, and is made once', () => {
  const together = tableOver(500)
  together.prepare(allQueries.slice(0, 19))
  const alone = tableOver(500)
  for (const query of [0, 7, 8, 18]) expect(alone.list(query)).toEqual(together.list(query))
  expect(alone.list(8)).toBe(alone.list(8))
})

test('a distance is the same before and after its list is made', () => {
  const table = tableOver(300)
  const before = table.distance(3, 299)
  table.list(3)
  expect(table.distance(3, 299)).toBe(before)
})

const unit = (...codes: number[]): Int8Array => Int8Array.from(codes)

test('the extremes are exact in every lane of a block: 0 for the same, 4 for the opposite vector', () => {
  const same = Array<number>(64).fill(64) // 64 × 64² is 512²
  const opposite = same.map((code) => -code)
  const eight = Array.from({ length: 8 }, () => same).flat()
  const table = new NeighbourTable(unit(...opposite, ...same), unit(...eight), 64, 2)
  table.prepare([0, 1, 2, 3, 4, 5, 6, 7])
  for (let query = 0; query < 8; query++) {
    expect([...table.list(query)]).toEqual([1, 0])
    expect([table.distance(query, 1), table.distance(query, 0)]).toEqual([0, 4])
  }
})

test('equal vectors stand in order of row', () => {
  const table = new NeighbourTable(unit(1, 2, 3, 4, 1, 2, 3, 4, 1, 2), unit(5, 6), 2, 5)
  expect([...table.list(0)]).toEqual([1, 3, 0, 2, 4])
})

test('vectors too long for exact sums are refused', () => {
  const long = Int8Array.from({ length: 17 }, () => 127)
  expect(() => new NeighbourTable(long, long, 17, 1)).toThrow('longer than 512')
  expect(() => new NeighbourTable(unit(1, 2), unit(1), 1, 3)).toThrow('3 rows of 1 codes')
})

test('more rows than whole lists have room for: beginnings of the same lists, longer where asked', () => {
  const { codes, queryCodes, dim } = pool
  const whole = tableOver(6_000)
  const table = new NeighbourTable(codes, queryCodes, dim, 6_000, { whole: 5_999 })
  table.prepare(allQueries.slice(0, 40))
  for (const query of [0, 39, 40]) {
    const list = whole.list(query)
    expect(table.list(query)).toEqual(list.subarray(0, 256))
    expect(table.list(query, 257)).toEqual(list.subarray(0, 1_024))
    expect(table.list(query, 1_025)).toEqual(list.subarray(0, 4_096))
    expect(table.list(query, 4_097)).toEqual(list)
    expect(table.list(query, 6_001)).toEqual(list)
    expect(table.distance(query, 5)).toBe(whole.distance(query, 5))
  }
})

test('lists made by threads are those that one makes', async () => {
  const { codes, queryCodes, dim } = pool
  const setting = { whole: 5_999 }
  const alone = new NeighbourTable(codes, queryCodes, dim, 6_000, setting)
  const table = new NeighbourTable(codes, queryCodes, dim, 6_000, setting)
  await table.prepareInThreads([3, 4, 5, 6, 7, 8, 9, 3], 2, { big: 0 })
  for (let query = 3; query < 10; query++) expect(table.list(query)).toEqual(alone.list(query))
  expect(table.list(9, 257)).toEqual(alone.list(9, 257))
})
