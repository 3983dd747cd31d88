import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Versions } from '../../harness/analysis/facts/versions.ts'
import { judgeSearch, type Neighbours } from '../../harness/analysis/metrics/recall.ts'
import type { Outcome } from '../../harness/model/operation.ts'
import { aRecord, historyOf } from '../support/record.ts'

const SEED = 20_240_607
const BASE = 4
const ROWS = 12

type Vector = [number, number]
type Write = {
  id: number
  /** null: a delete. */
  row: number | null
  at: number
  takes: number
  outcome: Outcome | 'running'
}
type Asked = { point: Vector; k: number; at: number; takes: number; answer: [number, number][] }
type World = { vectors: Vector[]; writes: Write[]; asked: Asked }

const small = fc.integer({ min: -2, max: 2 })
const vector: fc.Arbitrary<Vector> = fc.tuple(small, small)
const write: fc.Arbitrary<Write> = fc.record({
  id: fc.integer({ min: 0, max: 6 }),
  row: fc.option(fc.integer({ min: 0, max: ROWS - 1 }), { freq: 4 }),
  at: fc.integer({ min: 0, max: 20 }),
  takes: fc.integer({ min: 0, max: 8 }),
  outcome: fc.constantFrom('ok', 'ok', 'ok', 'ok', 'unknown', 'fail', 'running'),
})
const world: fc.Arbitrary<World> = fc.record({
  vectors: fc.array(vector, { minLength: ROWS, maxLength: ROWS }),
  writes: fc.array(write, { maxLength: 14 }),
  asked: fc.record({
    point: vector,
    k: fc.integer({ min: 1, max: 6 }),
    at: fc.integer({ min: 0, max: 26 }),
    takes: fc.integer({ min: 0, max: 6 }),
    answer: fc.array(fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 15 })), {
      maxLength: 8,
    }),
  }),
})

const apart = (a: Vector, b: Vector): number => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2

function neighboursOf(vectors: Vector[], point: Vector): Neighbours {
  const distance = (_: number, row: number) => apart(vectors[row] as Vector, point)
  const rows = vectors.map((_, row) => row)
  const list = Int32Array.from(rows.sort((a, b) => distance(0, a) - distance(0, b) || a - b))
  return { distance, list: () => list }
}

/** Answers as the system under test might: mostly versions that exist, current or not. */
function answerOf({ writes, asked }: World): [number, number][] {
  return asked.answer.flatMap(([id, pick]): [number, number][] => {
    const mine = writes.flatMap((one, i) => (one.id === id ? [i + 1] : []))
    const choices = id < BASE ? [0, ...mine] : mine
    const write = choices[pick % Math.max(1, choices.length)]
    return write === undefined ? [] : [[id, write]]
  })
}

function judged(world: World) {
  const { writes, vectors, asked } = world
  const script = aRecord({ data: { set: 'test', base: BASE } })
  for (const [i, { id, row, at, takes, outcome }] of writes.entries()) {
    const end =
      outcome === 'running'
        ? { op: i + 1, id, at, done: null }
        : { op: i + 1, id, at, done: at + takes, outcome }
    if (row === null) script.delete(end)
    else script.upsert({ ...end, row })
  }
  const answer = answerOf(world)
  const search = {
    query: 0,
    k: asked.k,
    dispatched: asked.at,
    done: asked.at + asked.takes,
    ids: answer.map(([id]) => id),
    writes: answer.map(([, write]) => write),
  }
  const versions = new Versions(historyOf(script.events()))
  return judgeSearch(search, versions, neighboursOf(vectors, asked.point))
}

/** The definition once more, written without lists, walks or sorted versions: every id, every pair of writes. */
function byDefinition(world: World) {
  const { vectors, writes, asked } = world
  const from = asked.at
  const to = asked.at + asked.takes
  type Claim = { id: number; write: number; row: number | null; inv: number; ack: number }
  const claims: Claim[] = []
  for (let id = 0; id < BASE; id++) claims.push({ id, write: 0, row: id, inv: -1, ack: -1 })
  for (const [i, { id, row, at, takes, outcome }] of writes.entries())
    if (outcome !== 'fail')
      claims.push({ id, write: i + 1, row, inv: at, ack: outcome === 'ok' ? at + takes : 1e9 })
  const current = claims.filter(
    (one) =>
      one.inv <= to &&
      !claims.some((other) => other.id === one.id && other.inv > one.ack && other.ack <= from),
  )
  const far = (row: number) => apart(vectors[row] as Vector, asked.point)
  const contenders: { id: number; row: number; certain: boolean }[] = []
  for (const id of new Set(current.map((one) => one.id))) {
    const mine = current.filter((one) => one.id === id)
    const rows = mine.flatMap(({ row }) => (row === null ? [] : [row]))
    const certain = mine.length === 1 && (mine[0] as Claim).ack <= from
    const [nearest] = rows.sort((a, b) => far(a) - far(b) || a - b)
    if (nearest !== undefined) contenders.push({ id, row: nearest, certain })
  }
  contenders.sort((a, b) => far(a.row) - far(b.row) || a.row - b.row || a.id - b.id)
  const k = Math.min(asked.k, contenders.filter(({ certain }) => certain).length)
  if (k === 0) return null
  const slots = contenders.slice(0, k)
  const reach = far((slots.at(-1) as { row: number }).row)
  const hit: number[] = []
  for (const [id, write] of answerOf(world)) {
    const claim = current.find((one) => one.id === id && one.write === write)
    if (!claim || claim.row === null || far(claim.row) > reach) continue
    if (!hit.includes(id) && hit.length < k) hit.push(id)
  }
  const left = slots.filter(({ id }) => !hit.includes(id))
  const undetermined = Math.min(left.filter(({ certain }) => !certain).length, k - hit.length)
  const missed = left.filter(({ certain }) => certain).map(({ id }) => id)
  return {
    k,
    hits: hit.length,
    undetermined,
    missed: missed.slice(0, k - hit.length - undetermined),
  }
}

test('hits, undetermined and misses are those of the definition, for any history', () => {
  let samples = 0
  let undetermined = 0
  fc.assert(
    fc.property(world, (given) => {
      const mine = judged(given)
      const theirs = byDefinition(given)
      if (!mine || !theirs) {
        expect(mine).toBe(theirs)
        return
      }
      samples++
      if (mine.undetermined > 0) undetermined++
      const missed = mine.missed.map(({ version }) => version.id)
      const { k, hits } = mine
      expect({ k, hits, undetermined: mine.undetermined, missed }).toEqual(theirs)
    }),
    { seed: SEED, numRuns: 2000 },
  )
  expect(samples).toBeGreaterThan(1000)
  expect(undetermined).toBeGreaterThan(100)
})

test('hits + undetermined + misses = k always', () => {
  fc.assert(
    fc.property(world, (given) => {
      const mine = judged(given)
      if (mine) expect(mine.hits + mine.undetermined + mine.missed.length).toBe(mine.k)
    }),
    { seed: SEED + 1, numRuns: 1000 },
  )
})

test('where writes only insert and are done before, the truth is the plain top k', () => {
  const insert = fc.integer({ min: BASE, max: ROWS - 1 })
  fc.assert(
    fc.property(
      fc.array(vector, { minLength: ROWS, maxLength: ROWS }),
      fc.uniqueArray(insert),
      vector,
      fc.integer({ min: 1, max: 8 }),
      (vectors, inserted, point, k) => {
        const writes = inserted.map(
          (row, i): Write => ({ id: row, row, at: i, takes: 0, outcome: 'ok' }),
        )
        const asked = { point, k, at: 26, takes: 0, answer: [] }
        const live = [...Array(BASE).keys(), ...inserted]
        const nearest = live
          .sort(
            (a, b) =>
              apart(vectors[a] as Vector, point) - apart(vectors[b] as Vector, point) || a - b,
          )
          .slice(0, k)
        const missed = judged({ vectors, writes, asked })?.missed.map(({ version }) => version.row)
        expect(missed).toEqual(nearest)
      },
    ),
    { seed: SEED + 2, numRuns: 500 },
  )
})
