import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Heap } from '../../harness/base/heap.ts'
import { exponential, PARETO_CAP, pareto, uniformSigned, zipf } from '../../harness/base/laws.ts'
import { NeighbourTable } from '../../harness/base/neighbours.ts'
import { Rng } from '../../harness/base/rng.ts'

const seeds = fc.maxSafeNat()

test('every law stays within its bounds for every seed', () => {
  fc.assert(
    fc.property(
      seeds,
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 0, max: 16 }),
      (seed, n, quarters) => {
        const rng = new Rng(seed)
        const rank = zipf(n, quarters / 4)(rng)
        expect(Number.isInteger(rank) && rank >= 0 && rank < n).toBe(true)
        expect(exponential(rng)).toBeGreaterThanOrEqual(0)
        const draw = pareto(rng)
        expect(draw >= 0 && draw <= PARETO_CAP).toBe(true)
        const signed = uniformSigned(rng)
        expect(signed >= -1 && signed < 1).toBe(true)
      },
    ),
  )
})

test('int stays below n and a seed always draws the same', () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: 2 ** 32 }), fc.string(), (seed, n, name) => {
      const [a, b] = [new Rng(seed).fork(name), new Rng(seed).fork(name)]
      const draw = a.int(n)
      expect(draw).toBe(b.int(n))
      expect(draw < n).toBe(true)
    }),
  )
})

type Item = { key: number; order: number }
const before = (a: Item, b: Item): boolean => (a.key !== b.key ? a.key < b.key : a.order < b.order)

test('a heap under any pushes and pops behaves as a list kept sorted', () => {
  const moves = fc.array(fc.option(fc.integer({ min: 0, max: 9 }), { freq: 3 }))
  fc.assert(
    fc.property(moves, (keys) => {
      const heap = new Heap<Item>(before)
      const list: Item[] = []
      for (const [order, key] of keys.entries()) {
        if (key === null) expect(heap.pop()).toEqual(list.shift())
        else {
          heap.push({ key, order })
          list.push({ key, order })
          list.sort((a, b) => (before(a, b) ? -1 : 1))
        }
        expect(heap.size).toBe(list.length)
        expect(heap.peek()).toEqual(list[0])
      }
    }),
  )
})

test('a neighbour list equals a plain sort by distance and row, for any codes and any block', () => {
  const dim = 3
  const code = fc.integer({ min: -127, max: 127 })
  const vectors = fc.array(fc.tuple(code, code, code), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(vectors, vectors, (points, queries) => {
      const codes = Int8Array.from(points.flat())
      const queryCodes = Int8Array.from(queries.flat())
      const table = new NeighbourTable(codes, queryCodes, dim, points.length)
      table.prepare(queries.keys())
      for (const [query, q] of queries.entries()) {
        const dot = (row: number): number =>
          q.reduce((sum, value, i) => sum + value * (points[row]?.[i] ?? 0), 0)
        const rows = [...points.keys()].sort((a, b) => dot(b) - dot(a) || a - b)
        expect([...table.list(query)]).toEqual(rows)
        for (const row of rows)
          expect(table.distance(query, row)).toBe(2 - (2 * dot(row)) / 262_144)
      }
    }),
  )
})
