import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { NeighbourTable } from '../../../../harness/base/neighbours.ts'
import { CapabilityMissing } from '../../../../harness/ports/errors.ts'
import { openPool } from '../../../../harness/workload/pool.ts'
import {
  type GraphHit,
  type GraphPoint,
  graphBuilder,
  loadHnswlib,
} from '../../../../harness/worlds/sim/graph.ts'

const pool = openPool('fixtures/glosses-10k')
const options = { m: 16, efConstruction: 100, ef: 64 }
const queries = Array.from({ length: 100 }, (_, query) => query)
const codesOf = (query: number): Int8Array =>
  pool.queryCodes.subarray(query * pool.dim, (query + 1) * pool.dim)

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})
function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-hnsw-'))
  folders.push(folder)
  return folder
}

/** Points with ids 7 above their rows, so that neither stands for the other by accident. */
const pointsOver = (rows: number): GraphPoint[] =>
  Array.from({ length: rows }, (_, row) => ({ id: row + 7, row }))

const build = (points: GraphPoint[], folder = aFolder()) =>
  graphBuilder(pool, loadHnswlib(), folder)(points, options)

test('without hnswlib-node the message says what is missing and how to get it', () => {
  const absent = (): never => {
    throw new Error("Cannot find module 'hnswlib-node'\nRequire stack: …")
  }
  expect(() => loadHnswlib(absent)).toThrow(CapabilityMissing)
  expect(() => loadHnswlib(absent)).toThrow(
    /^capability missing: world "sim" cannot do index: hnsw\. .*C\+\+ compiler and python3.*npm rebuild hnswlib-node.*Cannot find module 'hnswlib-node'\)$/,
  )
})

const installed = isInstalled()
function isInstalled(): boolean {
  try {
    createRequire(import.meta.url)('hnswlib-node')
    return true
  } catch {
    return false
  }
}

describe.skipIf(!installed)('a sealed graph (needs the optional hnswlib-node)', () => {
  const table = new NeighbourTable(pool.codes, pool.queryCodes, pool.dim, 2_000)
  table.prepare(queries)
  const folder = aFolder()
  const points = pointsOver(2_000)
  const graph = build(points, folder)

  /** Share of the exact 10 nearest accepted rows that are found. */
  function recall(accept: ((at: number) => boolean) | null): number {
    const found = queries.map((query) => {
      const exact = table.list(query).filter((row) => accept?.(row) ?? true)
      const nearest = new Set(exact.subarray(0, 10))
      return graph.search(codesOf(query), 10, accept).filter((hit) => nearest.has(hit.at)).length
    })
    return found.reduce((sum, count) => sum + count, 0) / (10 * queries.length)
  }

  test('finds more than 0.9 of the nearest, with and without a filter', () => {
    for (const accept of [null, () => true, (at: number) => at % 3 > 0]) {
      expect(recall(accept)).toBeGreaterThan(0.9)
      expect(recall(accept)).toBeLessThanOrEqual(1)
    }
  })

  test('gives distances equal to those of exact search to the last bit, nearest first, ties by id', () => {
    for (const query of queries) {
      const hits = graph.search(codesOf(query), 10, null)
      expect(hits).toHaveLength(10)
      for (const { at, id, distance } of hits) {
        expect(distance).toBe(table.distance(query, at))
        expect(id).toBe(at + 7)
      }
      const order = hits.map((hit) => hit.distance)
      expect(order).toEqual([...order].sort((a, b) => a - b))
    }
  })

  test('returns accepted points only, also if hardly any are', () => {
    const accept = (at: number): boolean => at % 500 === 3
    for (const query of queries.slice(0, 20)) {
      const hits = graph.search(codesOf(query), 10, accept)
      expect(hits.map((hit) => hit.at).sort((a, b) => a - b)).toEqual([3, 503, 1003, 1503])
    }
  })

  test('equal vectors stand in order of id, and the cut falls between them by id', () => {
    const row = table.list(0)[0] as number
    const twins = [9, 4, 6].map((id) => ({ id, row }))
    const others = pointsOver(50).map((point) => ({ ...point, id: point.id + 100 }))
    const small = build([...others.filter((point) => point.row !== row), ...twins])
    const ids = (hits: GraphHit[]): number[] => hits.map((hit) => hit.id)
    expect(ids(small.search(codesOf(0), 3, null))).toEqual([4, 6, 9])
    expect(ids(small.search(codesOf(0), 2, null))).toEqual([4, 6])
  })

  test('returns all points if fewer than k, none from nothing', () => {
    expect(build(pointsOver(3)).search(codesOf(0), 10, null)).toHaveLength(3)
    expect(build([]).search(codesOf(0), 10, null)).toEqual([])
  })

  test('is the same built twice: same bytes on disk, same answers', () => {
    const second = aFolder()
    const again = build(points, second)
    const bytes = (from: string): Buffer => readFileSync(join(from, readdirSync(from)[0] as string))
    expect(bytes(second).equals(bytes(folder))).toBe(true)
    for (const query of queries)
      expect(again.search(codesOf(query), 10, null)).toEqual(graph.search(codesOf(query), 10, null))
  })

  test('is built once: later builders read it from disk and answer alike', () => {
    const path = join(folder, readdirSync(folder)[0] as string)
    const writtenAt = statSync(path).mtimeMs
    const read = build(points, folder)
    expect(readdirSync(folder)).toHaveLength(1)
    expect(statSync(path).mtimeMs).toBe(writtenAt)
    for (const query of queries)
      expect(read.search(codesOf(query), 10, null)).toEqual(graph.search(codesOf(query), 10, null))
  })

  test('ids may differ over one stored graph, vectors, order and options may not', () => {
    const own = aFolder()
    const few = pointsOver(40)
    build(few, own)
    const other = build(
      few.map(({ id, row }) => ({ id: id + 1_000, row })),
      own,
    )
    expect(other.search(codesOf(0), 1, null)[0]?.id).toBeGreaterThan(1_000)
    expect(readdirSync(own)).toHaveLength(1)
    build([...few].reverse(), own)
    graphBuilder(pool, loadHnswlib(), own)(few, { ...options, m: 8 })
    expect(readdirSync(own)).toHaveLength(3)
  })

  test('a damaged file on disk is built again', () => {
    const own = aFolder()
    const few = pointsOver(200)
    const before = build(few, own).search(codesOf(0), 10, null)
    const path = join(own, readdirSync(own)[0] as string)
    const whole = readFileSync(path)
    writeFileSync(path, whole.subarray(0, 1_000))
    expect(build(few, own).search(codesOf(0), 10, null)).toEqual(before)
    expect(readFileSync(path).equals(whole)).toBe(true)
  })

  test('a folder that cannot be written is named', () => {
    const file = join(aFolder(), 'a-file')
    writeFileSync(file, '')
    expect(() => build(pointsOver(3), join(file, 'hnsw'))).toThrow('cannot keep an hnsw graph in')
  })
})
