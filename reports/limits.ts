import type { LimitResult } from '../harness/model/finding.ts'
import type { OperationName } from '../harness/model/metric.ts'
import {
  besideLimit,
  counted,
  countText,
  limitBound,
  limitSubject,
  percentText,
} from '../harness/text/value.ts'
import { linesCommand } from './findings.ts'
import { linkLabel } from './format.ts'
import { html, type Markup } from './markup.ts'
import { measuredHow, selectorOf } from './method.ts'
import type { Report } from './report.ts'
import { worstOf } from './rows.ts'
import { scrollArea } from './scroll-area.ts'
import { severity, verdictMark } from './verdict.ts'

/** Passed limits are shown one by one up to this many. */
const PASSED = 12
/** More rows than this would make the page heavy; summary.json has all of them. */
const ROWS = 400

/** Where it was judged: `eu-west · fault:cut`. */
export function limitCell({ limit, region, link, phase, operation }: LimitResult): string {
  const pooled = limit.pool && region === undefined && link === undefined ? 'pooled' : undefined
  const parts = [link === undefined ? region : linkLabel(link), pooled, phase, operation]
  const named = parts.filter((part) => part !== undefined)
  return named.length === 0 ? 'whole run' : named.join(' · ')
}

/** What was measured, with as many digits as the comparison needs. */
export const limitMeasured = ({ limit, measured }: LimitResult): string =>
  besideLimit(measured, limit)

/** What that shows at the limit's confidence, which the verdict rests on; nothing where nothing is a sample. */
export function limitShown({ limit, shown }: LimitResult): string {
  if (!shown || limit.confidence === null) return ''
  return `${besideLimit(shown, limit)} at ${percentText(limit.confidence)}`
}

/** Worst first, otherwise in the order of the plan. */
export const bySeverity = (limits: readonly LimitResult[]): LimitResult[] =>
  [...limits].sort((a, b) => weightOf(a) - weightOf(b))

const weightOf = (result: LimitResult): number =>
  isShort(result) ? severity.pass + 1 : severity[result.verdict]

/** A recovery with too few samples for a limit that does not name it: nobody asked for more. */
export const isShort = ({ verdict, unasked }: LimitResult): boolean =>
  verdict === 'unknown' && unasked === true

export function limitsSection({ judgement, run }: Report): Markup {
  const all = bySeverity(judgement.limits)
  if (all.length === 0)
    return html`<p class="missing">The scenario sets no limits; only the findings below decide.</p>`
  const passed = all.filter(({ verdict }) => verdict === 'pass')
  const rest = all.filter(({ verdict }) => verdict !== 'pass')
  const short = all.filter(isShort).length
  const intro = html`<p class="takeaway">${counted(passed.length, 'cell')} of ${all.length - short} within ${passed.length === 1 ? 'its limit' : 'their limits'}${passed.length > PASSED && '; of those, the table has the closest to each limit'}.${short > 0 && ` ${counted(short, 'cell')} of recoveries too short to tell.`}</p>`
  if (passed.length <= PASSED) return html`${intro}${limitTable(all, run)}`
  return html`${intro}${limitTable([...rest, ...tightest(passed)], run)}<details class="screen"><summary>All ${counted(passed.length, 'passed cell')}</summary>${limitTable(passed, run)}</details>`
}

/** Of every limit the passed cell that came closest to it. */
function tightest(passed: readonly LimitResult[]): LimitResult[] {
  const used = ({ limit, measured }: LimitResult): number => {
    if (measured === undefined) return 0
    const { low, high } =
      typeof measured === 'number' ? { low: measured, high: measured } : measured
    return limit.bound === 'at-most' ? high : -low
  }
  const limits = [...new Set(passed.map(({ limit }) => limit))]
  return limits.flatMap((limit) => {
    const own = passed.filter((result) => result.limit === limit)
    return worstOf(own, used) ?? []
  })
}

const limitTable = (limits: readonly LimitResult[], run: string): Markup =>
  html`${scrollArea(
    'Limits, worst first',
    html`<table class="limits">
<thead><tr><th scope="col">metric</th><th scope="col">cell</th><th scope="col" class="n">measured</th><th scope="col" class="n">shows</th><th scope="col" class="n">limit</th><th scope="col" class="n">samples</th><th scope="col">verdict</th></tr></thead>
<tbody>${limits.slice(0, ROWS).map((limit) => row(limit, run))}</tbody></table>`,
  )}${limits.length > ROWS && html`<p class="quiet">The first ${countText(ROWS)}; the other ${countText(limits.length - ROWS)} are in summary.json.</p>`}`

function row(result: LimitResult, run: string): Markup {
  const { limit, verdict, count, because } = result
  const why =
    verdict !== 'pass' &&
    html`<tr class="why"><td colspan="7">${because} <code>${linesCommand(run, limitSelector(result))}</code></td></tr>`
  return html`<tr class="${verdict}"><td>${measuredHow(limit.metric, limitSubject(limit))}</td><td>${limitCell(result)}</td><td class="n" data-name="measured">${limitMeasured(result)}</td><td class="n" data-name="shows">${limitShown(result)}</td><td class="n" data-name="limit">${limitBound(limit)}</td><td class="n" data-name="samples">${countText(count)}</td><td>${verdictMark(verdict)}</td></tr>${why}\n`
}

/** Where the record lines of what a limit was held against are found. */
const limitSelector = ({ limit, region, link, phase, operation }: LimitResult): string =>
  selectorOf({
    ...{ metric: limit.metric, region, link, phase },
    operation: operation as OperationName | undefined,
  })
