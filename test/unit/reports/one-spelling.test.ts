import { expect, test } from 'vitest'
import { judge } from '../../../harness/analysis/limits/judge.ts'
import { outcomeTable } from '../../../harness/cli/verdict-table.ts'
import type { LimitPlan } from '../../../harness/model/limit.ts'
import { MS, SECOND } from '../../../harness/model/units.ts'
import { measuredText, writtenText } from '../../../harness/text/value.ts'
import { renderHtml } from '../../../reports/html.ts'
import { markdownOf } from '../../../reports/markdown.ts'
import { aLimit, anEnvironment } from '../../support/analysis.ts'
import { aLoad } from '../../support/plan.ts'
import { aRecord } from '../../support/record.ts'

/** One run, 1,000 searches of this many µs, as terminal, summary.md and report.html show it. */
async function shownOf(us: number, limit: Partial<LimitPlan>): Promise<Record<string, string>> {
  const text = 'the limit as it is written'
  const limits = [aLimit({ text, stat: { kind: 'quantile', q: 0.99 }, ...limit })]
  const record = aRecord({ limits, load: [aLoad({ region: 'us', upsertPerSec: 0 })] })
  for (let i = 0; i < 1000; i++) {
    const at = 5 * SECOND
    record.search({ op: 50_000 + i, at, done: at + us, answer: [[0, 0]] })
  }
  const analysis = record.scans().analysis()
  const judgement = judge(analysis)
  const directory = 'runs/x'
  const report = { analysis, judgement, environment: anEnvironment(), run: directory }
  const page = await renderHtml(report)
  return {
    terminal: outcomeTable({ analysis, judgement, directory }, false),
    sentence: judgement.limits[0]?.because ?? '',
    markdown: markdownOf(report),
    page: page.replaceAll('\u00a0', ' '),
  }
}

test.each([
  ['three figures', 5_292, 4 * MS, '5.29 ms'],
  ['as many as it takes to be above the limit', 40_020, 40 * MS, '40.02 ms'],
  ['seconds', 1_234_000, SECOND, '1.23 s'],
])(
  '%s: terminal, sentence, summary and report spell a figure alike',
  async (_, us, value, text) => {
    const shown = await shownOf(us, { value })
    for (const place of ['terminal', 'sentence', 'markdown', 'page'])
      expect([place, shown[place]?.match(/(?<![\d.])\d+(\.\d+)? m?s(?= at 95 %)/)?.[0]]).toEqual([
        place,
        text,
      ])
    // Beside the limit itself no other spelling of it is there.
    for (const place of ['terminal', 'sentence']) {
      const times = shown[place]?.match(/(?<![\d.])\d+(\.\d+)? m?s(?!\w)/g)
      expect(new Set(times)).toEqual(new Set([writtenText(value, 'us'), text]))
    }
  },
)

test('an interval has its unit once, and one figure where both ends are spelled alike', () => {
  expect(measuredText({ low: 3_000, high: 5_000 }, 'us')).toBe('3.00 … 5.00 ms')
  expect(measuredText({ low: 900_000, high: 2_000_000 }, 'us')).toBe('900 ms … 2.00 s')
  expect(measuredText({ low: 59.6, high: 61.2 }, 'per-second')).toBe('59.6 … 61.2/s')
  expect(measuredText({ low: 0.99801, high: 0.99812 }, 'ratio')).toBe('0.998')
})
