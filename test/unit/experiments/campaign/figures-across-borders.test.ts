import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { fromJson, toJson } from '../../../../harness/base/json.ts'
import { inParallel } from '../../../../harness/experiments/campaign/crew.ts'
import { seedCampaign } from '../../../../harness/experiments/campaign/seed-campaign.ts'
import { seedTable } from '../../../../harness/experiments/campaign/seed-table.ts'
import type { Row } from '../../../../harness/experiments/campaign/task.ts'
import type { RunFigure } from '../../../../harness/experiments/side-by-side.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { writeJson } from '../../../../harness/record/run-directory.ts'
import { summaryOf, summaryText } from '../../../../reports/summary.ts'
import { aJudgement, aLimit, aReport } from '../../../support/analysis.ts'

const never = Number.POSITIVE_INFINITY

/** Every kind of figure there is: known, zero, none, endless, only bounded, and what no figure should be. */
const kinds = {
  known: 34_410_000,
  zero: 0,
  fraction: 0.1 + 0.2,
  endless: never,
  below: Number.NEGATIVE_INFINITY,
  none: Number.NaN,
  absent: undefined,
  bounded: { low: 49 * SECOND, high: never },
  several: [1, never, 3],
}

test('every kind of figure crosses from process to process and back', async () => {
  const program = fileURLToPath(new URL('../../../support/fake-worker.ts', import.meta.url))
  const sent = { ...kinds, minusZero: -0 }
  const back: unknown[] = []
  await inParallel<unknown, unknown>([sent], {
    ...{ program, jobs: 1, stopped: () => false, lost: (_, how) => how },
    onResult: (result) => back.push(result),
  })
  expect(back).toStrictEqual([sent])
})

test('every kind of figure can be written into a file and read back', () => {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-json-'))
  writeJson({ path: folder, record: '' }, 'figures.json', kinds)
  const text = readFileSync(join(folder, 'figures.json'), 'utf8')
  const { absent: _, ...written } = kinds
  expect(fromJson(text)).toStrictEqual(written)
  expect(text).not.toContain('null')
  expect(fromJson(toJson({ zero: -0 }))).toStrictEqual({ zero: 0 })
})

const at = { what: 'catch-up', where: 'recovery:crash', metric: 'catch-up', unit: 'us' } as const
const aSeed = (seed: number, measured: RunFigure['measured']): Row => ({
  ...{ scenario: 'failover', file: 'failover.yaml', system: 'primary-replica', seed },
  ...{ verdict: 'pass', exitCode: 0, because: 'All hold.', expected: null },
  ...{ outcome: 'as it should', wrong: [], seconds: 1 },
  figures: [{ ...at, ...(measured && { measured }) }],
})

const exactly = (seconds: number) => ({ low: seconds * SECOND, high: seconds * SECOND })

const campaignOf = (rows: Row[]) =>
  seedCampaign(rows, () => undefined, {
    ...{ scenario: 'failover', faultline: '0', asked: rows.length, seconds: 1, jobs: 1 },
    ...{ interrupted: false, expecting: false },
  })

test('a seed that never caught up is the worst of a campaign, in its table and in its file', () => {
  const seeds = [exactly(34.41), exactly(35.64), { low: 49 * SECOND, high: never }]
  const campaign = campaignOf(seeds.map((measured, i) => aSeed(i + 1, measured)))
  expect(seedTable(campaign)).toContain('35.6 s [34.4 s … never caught up] | 3 of 3')
  const { figures } = fromJson(toJson(campaign)) as typeof campaign
  expect(figures[0]?.spread).toStrictEqual({
    median: exactly(35.64),
    min: 34.41 * SECOND,
    max: never,
  })
})

test('where most seeds never caught up, their median is a lower bound, low end first', () => {
  const censored = { low: 49 * SECOND, high: never }
  const rows = [exactly(34.41), censored, censored].map((one, i) => aSeed(i + 1, one))
  expect(seedTable(campaignOf(rows))).toContain('≥ 49.0 s [34.4 s … never caught up]')
})

test('a limit on what never happened is in summary.json with an end that other tools read', () => {
  const limit = aLimit({ metric: 'catch-up', stat: { kind: 'value' }, value: 30 * SECOND })
  const measured = { low: 49 * SECOND, high: never }
  const result = { limit, measured, count: 4, verdict: 'fail', because: 'Too late.' } as const
  const text = summaryText(summaryOf(aReport({ judgement: aJudgement({ limits: [result] }) })))
  expect(text).toContain('"measured":{"low":49000000,"high":"Infinity"}')
})
