import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { missCauses } from '../../harness/analysis/metrics/causes.ts'
import { recallSamples } from '../../harness/analysis/metrics/recall-loss.ts'
import { contendedCut, crash } from '../../harness/experiments/prove/grounds.ts'
import type { Operation } from '../../harness/model/operation.ts'
import type { OpEnd, RecordEvent } from '../../harness/model/record.ts'
import { MS, SECOND, type Us } from '../../harness/model/units.ts'
import { factsFrom } from '../support/history.ts'
import { judged, truth } from '../support/judged.ts'
import { aLoad, aPlan } from '../support/plan.ts'

const BASE = 10_000
const QUERIES = 80
const INSERTS = 400

/** Ids of the 100 nearest documents of every query, from a shipped file: u32 queries, u32 k, then the ids. */
function shippedNeighbours(name: string): number[][] {
  const path = fileURLToPath(new URL(`../../fixtures/glosses-10k/${name}`, import.meta.url))
  const bytes = readFileSync(path)
  const [queries, k] = [bytes.readUInt32LE(0), bytes.readUInt32LE(4)]
  return Array.from({ length: queries }, (_, query) =>
    Array.from({ length: k }, (_, rank) => bytes.readInt32LE(8 + 4 * (query * k + rank))),
  )
}

/** Numbers of the searches that were answered, in order of sending. */
function answeredSearches(events: readonly RecordEvent[], operations: readonly Operation[]) {
  const answered = new Set(
    events.flatMap((event) =>
      event.type === 'op.end' && event.outcome === 'ok' ? [event.op] : [],
    ),
  )
  return operations.flatMap(({ kind, op }) => (kind === 'search' && answered.has(op) ? [op] : []))
}

const searches = (fromUs: Us): Omit<Operation & { kind: 'search' }, 'op'>[] =>
  Array.from({ length: QUERIES }, (_, query) => ({
    kind: 'search',
    region: 'us',
    client: 'us/0',
    intendedUs: fromUs + query * 50 * MS,
    query,
    k: 10,
  }))

test('a pure insert history has recall 1 exactly, and answers as the shipped neighbour files say', async () => {
  const inserts = Array.from({ length: INSERTS }, (_, i) => ({
    kind: 'upsert' as const,
    region: 'us',
    client: 'us/1',
    intendedUs: 5 * SECOND + i * 20 * MS,
    id: BASE + i,
    row: BASE + i,
  }))
  const operations = [...searches(0), ...inserts, ...searches(14 * SECOND)].map(
    (operation, i): Operation => ({ ...operation, op: i + 1 }),
  )
  const { events, rows } = await judged(
    aPlan({
      data: { set: 'glosses-10k', base: BASE },
      load: [aLoad({ searchPerSec: 0, upsertPerSec: 0 })],
      timeline: { warmupUs: 0, runUs: 19 * SECOND, settleUs: SECOND },
    }),
    { operations },
  )
  const answers = new Map(
    events
      .filter((event): event is OpEnd => event.type === 'op.end')
      .map((event) => [event.op, event.ids]),
  )
  const [base, all] = [shippedNeighbours('gt100.base.bin'), shippedNeighbours('gt100.all.bin')]
  for (let query = 0; query < QUERIES; query++) {
    expect(answers.get(query + 1)).toEqual(base[query]?.slice(0, 10))
    const inserted = all[query]?.filter((id) => id < BASE + INSERTS)
    expect(answers.get(QUERIES + INSERTS + query + 1)).toEqual(inserted?.slice(0, 10))
  }
  const recall = rows('recall')
  expect(recall).toEqual([
    expect.objectContaining({ region: 'us', phase: 'baseline', count: 2 * QUERIES }),
  ])
  expect(recall[0]).toMatchObject({ low: 1, high: 1 })
  for (const loss of rows('recall-loss')) expect(loss.value).toBe(0)
})

test.each([
  ['a cut', contendedCut, { missed: true, undetermined: false }],
  // Writes on their way to an agent that dies have no outcome: their ids stay uncertain.
  ['a crash', crash, { missed: true, undetermined: true }],
])(
  'hits + misses + undetermined = k for every search of a run with %s',
  async (_, ground, some) => {
    const { events, rows } = await judged(ground.plan, { operations: [...ground.operations] })
    const samples = recallSamples(factsFrom(events), truth)
    expect(Array.from(samples, ({ op }) => op.op)).toEqual(
      answeredSearches(events, ground.operations),
    )
    expect(samples.length).toBeGreaterThan(150)
    for (const { hits, undetermined, missed, causes } of samples) {
      // 600 points and more are certainly live at all times, so the k of every sample is the one asked for.
      expect(hits + undetermined + missed).toBe(10)
      expect(causes.length).toBe(missed)
    }
    expect({
      missed: samples.some(({ missed }) => missed > 0),
      undetermined: samples.some(({ undetermined }) => undetermined > 0),
    }).toEqual(some)
    for (const { region, phase, high } of rows('recall')) {
      const lost = missCauses
        .flatMap((cause) => rows('recall-loss', { region, phase, cause, operation: undefined }))
        .reduce((sum, { value }) => sum + (value ?? 0), 0)
      expect((high ?? 0) + lost).toBeCloseTo(1, 12)
    }
  },
)

test('where fewer than k points live, k is how many there are', async () => {
  const { events, rows } = await judged(
    aPlan({
      data: { set: 'glosses-10k', base: 6 },
      load: [aLoad({ upsertPerSec: 0, queries: { law: 'zipf', exponent: 3 } })],
    }),
  )
  const samples = recallSamples(factsFrom(events), truth)
  expect(samples.length).toBeGreaterThan(300)
  for (const found of samples) expect(found).toMatchObject({ k: 6, hits: 6 })
  for (const row of rows('recall')) expect(row).toMatchObject({ low: 1, high: 1 })
})
