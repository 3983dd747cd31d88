import { appendFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { comparePage } from '../../../../harness/experiments/compare/compare-page.ts'
import { compareTable } from '../../../../harness/experiments/compare/compare-table.ts'
import {
  type Comparing,
  type Comparison,
  compare,
} from '../../../../harness/experiments/compare/outcome.ts'
import {
  type ComparedRun,
  readSide,
  type Side,
} from '../../../../harness/experiments/compare/side.ts'
import { defineScenario, type Plan, run } from '../../../../harness/index.ts'
import type { Finding } from '../../../../harness/model/finding.ts'
import { newFolder } from '../../../support/faultline.ts'

const folder = newFolder()
const at = (name: string) => join(folder, name)

const plain: Comparing = {
  least: { share: 0.05, points: 0.01 },
  meant: [],
  anyway: false,
  unknownToo: false,
}

const known = new Map<string, Side>()

/** Reading a run judges it, so each is read once. */
function side(name: string): Side {
  const found = known.get(name) ?? readSide(at(name), false)
  known.set(name, found)
  return found
}

const compared = (a: string, b: string, more: Partial<Comparing> = {}): Comparison =>
  compare(side(a), side(b), { ...plain, ...more })

async function leave(name: string, seed: number, override: Record<string, string> = {}) {
  const plan = defineScenario(
    {
      name: 'small',
      seed,
      regions: ['us', 'eu'],
      links: { 'us <-> eu': { latency: '38ms', jitter: '2ms' } },
      data: { set: 'glosses', base: 200 },
      system: { kind: 'active-active-cdc', conflict: 'hybrid-logical-clock', index: 'flat' },
      profile: { override },
      load: [{ in: ['us', 'eu'], clients: 8, search: '30/s', upsert: '4/s' }],
      timeline: { warmup: '1s', run: '20s', settle: '5s' },
      limits: [
        { metric: 'search.response', p: 90, max: '40ms' },
        { metric: 'lost-writes', max: 0 },
      ],
    } as never,
    {},
  )
  await run(plan, { out: at(name) })
}

beforeAll(async () => {
  await leave('one', 1)
  await leave('two', 2)
  await leave('slow', 1, { 'store.search.base': '4ms' })
})

const wherever = (comparison: Comparison, verdict: string) =>
  comparison.rows.filter((row) => row.verdict === verdict)

test('a run beside itself has no difference in any row', () => {
  const comparison = compared('one', 'one')
  expect(comparison.rows.length).toBeGreaterThan(30)
  expect(wherever(comparison, 'no difference seen')).toHaveLength(comparison.rows.length)
  expect(comparison).toMatchObject({ verdict: 'no difference seen', exitCode: 0 })
})

test('two seeds of one scenario are neither worse nor better', () => {
  const comparison = compared('one', 'two')
  expect(wherever(comparison, 'worse')).toEqual([])
  expect(wherever(comparison, 'better')).toEqual([])
  expect(comparison.differ.harmless).toEqual([{ path: 'seed', a: '1', b: '2' }])
})

test('a slower store is found, as what is worse, where it was meant to differ', () => {
  const comparison = compared('two', 'slow', { meant: ['profile'] })
  expect(comparison).toMatchObject({ verdict: 'worse', exitCode: 1 })
  const worse = wherever(comparison, 'worse')
  expect(new Set(worse.map(({ metric }) => metric))).toEqual(new Set(['search.response']))
  expect(worse.map(({ at: { region } }) => region)).toContain('eu')
  const back = compared('slow', 'two', { meant: ['profile'] })
  expect(back).toMatchObject({ verdict: 'better', exitCode: 0 })
  expect(wherever(back, 'better')).toHaveLength(worse.length)
  const text = compareTable(comparison, false)
  expect(text).toMatch(
    /^worse +search\.response p50 +us, in baseline +3\.\d+ ms +5\.\d+ ms +\+5\d %/m,
  )
  expect(text).toContain('profile.store.search.baseUs: 2300 → 4000')
})

test('what is below the least difference worth a word is none', () => {
  const least = { share: 3, points: 0.01 }
  const comparison = compared('one', 'slow', { meant: ['profile'], least })
  expect(wherever(comparison, 'worse')).toEqual([])
})

test('another plan is refused by the paths in which it differs, unless it is to be compared anyway', () => {
  const comparison = compared('one', 'slow')
  expect(comparison).toMatchObject({ verdict: 'cannot tell', exitCode: 3, rows: [] })
  expect(comparison.refused).toMatch(
    /^A and B did not run the same: profile\..*say so: --meant profile\..*; or --anyway\.$/,
  )
  expect(compared('one', 'slow', { anyway: true }).verdict).toBe('worse')
})

const { world, load, data } = {
  world: (plan: Plan): Plan => ({ ...plan, world: 'containers' }),
  load: (plan: Plan): Plan => ({ ...plan, load: plan.load.slice(0, 1) }),
  data: (plan: Plan): Plan => ({ ...plan, data: { ...plan.data, base: 201 } }),
}

test.each([
  ['world', world, 'world'],
  ['data set', data, 'data.base'],
  ['load', load, 'load.1'],
])('another %s is refused', (_, changed, path) => {
  const other = together(side('one').runs.map((run) => ({ ...run, plan: changed(run.plan) })))
  expect(compare(side('one'), other, plain).refused).toContain(path)
})

const together = (runs: ComparedRun[]): Side => ({ path: 'several', runs })

test('another content of the data set is refused though its name is the same', () => {
  const runs = side('one').runs.map((run) => ({ ...run, data: { sha256: 'other' } }))
  expect(compare(side('one'), together(runs), plain).refused).toContain('data.contents')
})

test('of a run that was cut off nothing can be told, and why is said', () => {
  cpSync(at('two'), at('cut'), { recursive: true })
  const lines = readFileSync(join(at('cut'), 'record.jsonl'), 'utf8').split('\n')
  writeFileSync(join(at('cut'), 'record.jsonl'), lines.slice(0, -500).join('\n'))
  const comparison = compared('one', 'cut')
  expect(comparison).toMatchObject({ verdict: 'cannot tell', exitCode: 3 })
  expect(wherever(comparison, 'cannot tell')).toHaveLength(comparison.rows.length)
  expect(comparison.because).toContain('The record was cut off')
})

test('of runs whose machine could not keep up what counts is compared, and no time', () => {
  const starved = together([{ ...only('two'), starved: 'too slow' }])
  const comparison = compare(side('one'), starved, plain)
  const timed = comparison.rows.filter(({ metric }) => metric === 'search.response')
  expect(timed.map(({ because }) => because).join()).toContain('its times say nothing: too slow')
  expect(comparison.rows.find(({ metric }) => metric === 'lost-writes')?.verdict).toBe(
    'no difference seen',
  )
  expect(comparison).toMatchObject({ verdict: 'cannot tell', exitCode: 3 })
})

const only = (name: string): ComparedRun => side(name).runs[0] as ComparedRun

test('few runs a side are never a verdict, and say how many it takes', () => {
  const [a, b] = [together([only('one'), only('one')]), together([only('slow'), only('slow')])]
  const comparison = compare(a, b, { ...plain, meant: ['profile'] })
  expect(comparison).toMatchObject({ verdict: 'cannot tell', exitCode: 3, matching: 'groups' })
  expect(new Set(comparison.rows.map(({ verdict }) => verdict))).toEqual(new Set(['cannot tell']))
  expect(comparison.because).toContain('of fewer than 4 nothing is concluded')
})

test('runs of one folder that are not of one plan are refused', () => {
  const mixed = together([only('one'), only('slow')])
  expect(compare(mixed, side('one'), plain).refused).toMatch(/^The runs of A are not of one plan/)
})

test('a folder of runs is read in the order of their numbers', () => {
  for (const name of ['seed-10', 'seed-9'])
    cpSync(at('one'), join(at('seeds'), name), { recursive: true })
  expect(side('seeds').runs.map(({ directory }) => directory)).toEqual(
    ['seed-9', 'seed-10'].map((name) => join(at('seeds'), name)),
  )
})

test('a folder without a run is a mistake that says what a folder of runs is', () => {
  expect(() => readSide(at('nowhere'), false)).toThrow(/seed-1, seed-2 … in it/)
  mkdirSync(at('sums'))
  appendFileSync(join(at('sums'), 'campaign.json'), '{}')
  expect(() => readSide(at('sums'), false)).toThrow(/--seeds 1\.\.20 --reports/)
})

test('the page shows the verdict, both sides over time, and every figure; it needs no network', async () => {
  const text = await comparePage(compared('two', 'slow', { meant: ['profile'] }), folder)
  expect(text).toContain('<strong>WORSE</strong>')
  expect(text).toContain('Search response, p50')
  expect(text).toContain('href="two/report.html"')
  expect(text).not.toMatch(/(src|href)="https?:|<script/)
  const refused = await comparePage(compared('one', 'slow'), folder)
  expect(refused).toContain('A and B did not run the same')
  expect(refused).not.toContain('Over time')
})

test('a promise that breaks in B alone is worse, whatever the figures say', () => {
  const one = side('one')
  const lost: Finding = {
    checker: 'lost-writes',
    verdict: 'fail',
    because: '1 write vanished.',
    evidence: 9,
    violations: 1,
    events: [],
    about: 'correctness',
    measures: 'content',
    promised: true,
  }
  const withFinding = (promised: boolean): Side => ({
    ...one,
    runs: one.runs.map((run) => ({ ...run, findings: [...run.findings, { ...lost, promised }] })),
  })
  expect(compare(one, withFinding(true), plain)).toMatchObject({
    ...{ verdict: 'worse', exitCode: 1 },
    because: expect.stringMatching(/^lost-writes fails in B and not in A: 1 write vanished\./),
  })
  expect(compare(withFinding(true), withFinding(true), plain).verdict).toBe('no difference seen')
  expect(compare(one, withFinding(false), plain).verdict).toBe('no difference seen')
})
