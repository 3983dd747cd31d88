import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { judge } from '../../../harness/analysis/limits/judge.ts'
import { repetitionTable } from '../../../harness/experiments/repetition-table.ts'
import { exitCodeOfAll, repeat, worstExitCode } from '../../../harness/experiments/repetitions.ts'
import {
  type RunFigure,
  repetitionOf,
  together,
} from '../../../harness/experiments/side-by-side.ts'
import type { FaultPlan } from '../../../harness/model/fault.ts'
import { MS, SECOND } from '../../../harness/model/units.ts'
import type { Judged } from '../../../harness/pipeline/judge-run.ts'
import { aLimit } from '../../support/analysis.ts'
import { aRecord } from '../../support/record.ts'

const limit = aLimit({ text: 'metric: search.response, p: 50, max: 40ms', phase: 'baseline' })

/** Twenty searches of each region in the baseline, of so many ms in us and twice as many in eu. */
function aJudgedRun(directory: string, ms: number): Judged {
  const record = aRecord({ limits: [{ ...limit, stat: { kind: 'quantile', q: 0.5 } }] })
  for (let i = 0; i < 20; i++) {
    const at = 2 * SECOND + i * 100 * MS
    const answer: [number, number][] = [[0, 0]]
    record.search({ op: 2 * i + 1, at, done: at + ms * MS, answer })
    record.search({ op: 2 * i + 2, at, done: at + 2 * ms * MS, region: 'eu', answer })
  }
  const analysis = record.scans().analysis()
  return { directory, analysis, judgement: judge(analysis) }
}

const exitCodeOf = ({ judgement }: Judged) => judgement.exitCode

/** Where a repeated run is left: its directories are made by the runs themselves. */
const aBase = () => mkdtempSync(join(tmpdir(), 'faultline-reps-'))

const runsOf = (...lengths: number[]) => ({
  once: async (directory: string, number: number) => {
    mkdirSync(directory, { recursive: true })
    return aJudgedRun(directory, lengths[number - 1] as number)
  },
  exitCodeOf,
  stopped: () => false,
})

test('every figure is the median, smallest and largest of the runs, and each limit has its verdicts', async () => {
  const base = aBase()
  const repeated = await repeat(base, 3, runsOf(30, 10, 14))
  const us = repeated.limits.find(({ where }) => where === 'us, baseline')
  expect(us).toEqual({
    what: limit.text,
    where: 'us, baseline',
    metric: 'search.response',
    unit: 'us',
    count: 3,
    spread: { median: { low: 14 * MS, high: 14 * MS }, min: 10 * MS, max: 30 * MS },
    verdicts: ['pass', 'pass', 'pass'],
  })
  const eu = repeated.limits.find(({ where }) => where === 'eu, baseline')
  expect(eu?.verdicts).toEqual(['fail', 'pass', 'pass'])
  // Both regions together: half of the values are those of us.
  const pooled = repeated.metrics.find(({ what }) => what === 'search.response p50')
  expect(pooled).toMatchObject({ where: 'baseline', spread: { min: 10 * MS, max: 30 * MS } })
  expect(repeated.metrics.map(({ what }) => what)).not.toContain('search.response p99')
  expect(repeated.metrics.find(({ what }) => what === 'recall mean')).toMatchObject({
    where: 'baseline',
    count: 3,
    spread: { median: { low: 0.5, high: 0.5 } },
  })
  expect(repeated.runs.map(({ directory }) => directory)).toEqual(
    [1, 2, 3].map((number) => join(base, `rep-${number}`)),
  )
})

test('reps.md and reps.json stand beside the runs, and say the same', async () => {
  const base = aBase()
  const repeated = await repeat(base, 2, runsOf(10, 30))
  const text = readFileSync(join(base, 'reps.md'), 'utf8')
  expect(text).toBe(`${repetitionTable(repeated)}\n`)
  expect(text).toContain('# test, seed 42, sim: 2 runs')
  expect(text).toMatch(
    /eu, baseline +\| 40\.0 ms \[20\.0 … 60\.0 ms\] +\| 2 of 2 +\| pass, fail \|/,
  )
  const json = JSON.parse(readFileSync(join(base, 'reps.json'), 'utf8'))
  expect(json).toMatchObject({ format: 1, asked: 2, exitCode: exitCodeOfAll(repeated) })
  expect(json.limits[1]).toMatchObject({ median: 40 * MS, min: 20 * MS, max: 60 * MS })
  expect(json.runs[1]).toEqual({
    directory: join(base, 'rep-2'),
    verdict: repeated.runs[1]?.verdict,
    exitCode: repeated.runs[1]?.exitCode,
    because: repeated.runs[1]?.because,
  })
})

test('no further run begins once somebody asked to stop, and what is missing counts as interrupted', async () => {
  const base = aBase()
  const repeated = await repeat(base, 5, { ...runsOf(10, 10, 10), stopped: () => true })
  expect(repeated.runs).toHaveLength(1)
  expect(exitCodeOfAll(repeated)).toBe(130)
  expect(repetitionTable(repeated)).toContain('1 of 5 runs')
})

test('a run that cannot be made leaves the table of those before it, and none of an earlier time', async () => {
  const base = aBase()
  writeFileSync(join(base, 'reps.md'), 'of an earlier time')
  const { once, ...rest } = runsOf(10)
  const failing = async (directory: string, number: number) => {
    if (number === 1) expect(existsSync(join(base, 'reps.md'))).toBe(false)
    if (number === 2) throw new Error('no Docker')
    return once(directory, number)
  }
  await expect(repeat(base, 3, { once: failing, ...rest })).rejects.toThrow('no Docker')
  expect(readFileSync(join(base, 'reps.md'), 'utf8')).toContain('1 of 3 runs')
})

const ended = (verdict: 'pass' | 'fail' | 'unknown' | 'invalid', exitCode: number) => ({
  verdict,
  exitCode,
})

test('the exit code is that of the worst run, and 3 is worse than 1 only if the run was invalid', () => {
  const [pass, unknown, limitBroken] = [ended('pass', 0), ended('unknown', 3), ended('fail', 1)]
  const [invalid, correctness] = [ended('invalid', 3), ended('fail', 6)]
  const [environment, interrupted] = [ended('unknown', 5), ended('unknown', 130)]
  const ascending = [pass, unknown, limitBroken, invalid, correctness, environment, interrupted]
  for (const [i, worst] of ascending.entries()) {
    expect(worstExitCode(ascending.slice(0, i + 1))).toBe(worst.exitCode)
    expect(worstExitCode(ascending.slice(0, i + 1).reverse())).toBe(worst.exitCode)
  }
})

/** A run that measured only these. */
const aRun = (...figures: RunFigure[]) => ({
  ...repetitionOf(aJudgedRun('x', 10), 0),
  limits: figures,
  metrics: [],
})

test('what never happened is the largest, a cell that a run lacks no result, and bounds both ends', () => {
  const at = {
    what: 'catch-up max 30s',
    where: 'recovery:cut',
    metric: 'catch-up',
    unit: 'us',
  } as const
  const known = { ...at, measured: { low: 2 * SECOND, high: 2 * SECOND }, verdict: 'pass' } as const
  const endless = {
    ...at,
    measured: { low: 9 * SECOND, high: Number.POSITIVE_INFINITY },
    verdict: 'fail',
  } as const
  const missing = { ...at, verdict: 'unknown' } as const
  const repeated = together([aRun(known), aRun(endless), aRun(), aRun(missing)])
  expect(repeated.limits).toEqual([
    {
      ...at,
      count: 2,
      spread: {
        median: { low: 5.5 * SECOND, high: Number.POSITIVE_INFINITY },
        min: 2 * SECOND,
        max: Number.POSITIVE_INFINITY,
      },
      verdicts: ['pass', 'fail', 'no result', 'unknown'],
    },
  ])
  const head = { scenario: 'a | b', seed: 1, world: 'containers', asked: 4 }
  const text = repetitionTable({ ...head, ...repeated })
  expect(text).toContain('≥ 5.50 s [2.00 s … never caught up] | 2 of 4')
  expect(text).toContain('pass, fail, no result, unknown')
  const unmeasured = repetitionTable({ ...head, ...together([aRun(missing)]) })
  expect(unmeasured).toContain('not measured')
})

test('of a heal that took its time the catch-up of a run is an interval, not without end', () => {
  const cut: FaultPlan = {
    ...{ kind: 'partition', name: 'cut', links: [{ from: 'us', to: 'eu' }] },
    ...{ atUs: 2 * SECOND, untilUs: 6 * SECOND },
  }
  const record = aRecord({ faults: [cut] })
    .fault('cut', { injected: 2 * SECOND })
    .say({ type: 'fault', t: 7e6, name: 'cut', what: 'healed', bracket: [6e6, 7e6] })
    .upsert({ op: 1, id: 9, at: 3 * SECOND })
    .everywhere(1, 9, 9 * SECOND)
  const analysis = record.scans().analysis()
  const { metrics } = repetitionOf({ directory: '', analysis, judgement: judge(analysis) }, 0)
  const catchUp = metrics.find(({ what }) => what === 'catch-up')
  expect(catchUp?.measured).toEqual({ low: 2 * SECOND, high: 3 * SECOND })
})
