import type { Analysed } from '../analysis/analyse.ts'
import type { Finding, Judgement, LimitResult } from '../model/finding.ts'
import { closedLoops, loadNotes } from '../model/load-notes.ts'
import { unmet } from '../pipeline/expectation.ts'
import type { Judged } from '../pipeline/judge-run.ts'
import { alertLines } from '../text/alert.ts'
import { plainTable } from '../text/table.ts'
import { besideLimit, percentText, valueText } from '../text/value.ts'

/** What a run prints at its end: limits and findings, the worst first, then the verdict and the report's path. */
export function outcomeTable(judged: Judged, expecting: boolean): string {
  const { analysis, judgement, directory } = judged
  const lines = [
    ...limitLines(judgement.limits),
    ...analysis.findings.filter((finding) => isNews(finding, judgement)).map(findingLine),
    ...closedLoopRates(analysis),
    ...alertLinesOf(analysis),
    ...loadNotes(analysis.plan).map((note) => `note    ${note}`),
    '',
    `${judgement.verdict.toUpperCase()}: ${judgement.because}`,
    ...(expecting ? expectationLines(judged) : []),
    `report: ${directory}/report.html`,
  ]
  return lines.join('\n')
}

/** What each alert did about each fault. */
function alertLinesOf({ alerts = [], plan }: Analysed): string[] {
  const rows = alerts.flatMap((outcome) =>
    alertLines(outcome, plan.timeline.warmupUs).map(([about, said]) => [
      'alert',
      outcome.rule.alert,
      about,
      said,
    ]),
  )
  return plainTable(['', '', '', ''], rows)
}

/** What a closed loop is run for: how many searches a second were answered, by region and phase. */
function closedLoopRates({ plan, metrics: rows }: Analysed): string[] {
  const regions = closedLoops(plan).map(({ region }) => region)
  return rows
    .filter(({ metric, operation }) => metric === 'throughput' && operation === 'search')
    .filter(({ region, phase }) => regions.includes(region ?? '') && phase !== 'warmup')
    .map(
      ({ region, phase, value = 0 }) =>
        `rate    ${valueText(value, 'per-second')} searches answered (${region}, ${phase})`,
    )
}

/** What was found, and silence only where it is why the verdict is unknown. */
function isNews({ verdict, violations }: Finding, judgement: Judgement): boolean {
  if (verdict === 'unknown') return judgement.verdict === 'unknown'
  return verdict !== 'pass' || violations > 0
}

function expectationLines({ analysis, judgement }: Judged): string[] {
  if (!analysis.plan.expect) return ['expected: the scenario has no `expect:`']
  const wrong = unmet(analysis, judgement)
  return wrong.length === 0
    ? ['expected: came out as stated']
    : wrong.map((what) => `NOT AS EXPECTED: ${what}`)
}

/** One line a limit, with its tightest cell; all cells stand in the report. */
function limitLines(results: readonly LimitResult[]): string[] {
  const byLimit = new Map<string, LimitResult[]>()
  for (const result of results) {
    const cells = byLimit.get(result.limit.text)
    if (cells) cells.push(result)
    else byLimit.set(result.limit.text, [result])
  }
  const rows = [...byLimit].map(([text, cells]) => {
    const worst = [...cells].sort(
      (a, b) => severity(b) - severity(a) || tightness(b) - tightness(a),
    )[0] as LimitResult
    return [
      worst.verdict,
      text,
      `${measuredText(worst)}${cellText(worst)}`,
      cells.length > 1 ? `worst of ${cells.length}` : '',
    ]
  })
  return plainTable(['', '', '', ''], rows)
}

const severities = ['pass', 'unknown', 'fail', 'invalid']
/** What nobody asked to be shown is worth no line of its own. */
const severity = ({ verdict, unasked }: LimitResult): number =>
  verdict === 'unknown' && unasked ? -1 : severities.indexOf(verdict)

/** How much of the limit is used; for lower bounds, how little is left above it. */
function tightness({ measured, limit }: LimitResult): number {
  if (measured === undefined) return 0
  const value =
    typeof measured === 'number'
      ? measured
      : limit.bound === 'at-most'
        ? measured.high
        : measured.low
  return limit.bound === 'at-most' ? value : -value
}

/** As in the report, and `, shows 0.963 … 1 at 95 %`: what the verdict rests on. */
function measuredText({ measured, shown, limit, because }: LimitResult): string {
  if (measured === undefined) return because
  const text = besideLimit(measured, limit)
  if (!shown || limit.confidence === null) return text
  return `${text}, shows ${besideLimit(shown, limit)} at ${percentText(limit.confidence)}`
}

function cellText({ region, link, phase, operation }: LimitResult): string {
  const where = [region ?? link, phase, operation].filter((part) => part !== undefined)
  return where.length === 0 ? '' : ` (${where.join(', ')})`
}

/** What no system promised is a note: only a limit can make it fail the run. */
function findingLine({ checker, verdict, because, promised, unpromised }: Finding): string {
  const word = promised ? verdict : 'note'
  const why = promised ? '' : ` ${unpromised ?? 'Not promised by the system.'}`
  return `${word.padEnd(8)}${checker}: ${because}${why}`
}
