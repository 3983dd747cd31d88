import type { LimitResult } from '../harness/model/finding.ts'
import { loadNotes } from '../harness/model/load-notes.ts'
import { overlayOf, type Plan, storesText } from '../harness/model/plan.ts'
import { alertLines } from '../harness/text/alert.ts'
import { markdownTable } from '../harness/text/table.ts'
import { counted, countText, limitBound, limitSubject, momentText } from '../harness/text/value.ts'
import { catchUpAnswer, lagAnswer, latencyAnswer, recallAnswer, survivalAnswer } from './answers.ts'
import { repeatCommand } from './circumstances.ts'
import { byWeight, linesCommand, promisesText } from './findings.ts'
import { bySeverity, isShort, limitCell, limitMeasured, limitShown } from './limits.ts'
import type { Report } from './report.ts'
import { sinceWarmup } from './since-warmup.ts'

const LIMITS = 20
const FINDINGS = 10

/** summary.md, short enough for the step summary of a CI job: what did not pass in full, the rest counted. */
export function markdownOf(recorded: Report): string {
  const report = { ...recorded, analysis: sinceWarmup(recorded.analysis) }
  const { analysis, judgement } = report
  const { plan, ended } = analysis
  const parts = [
    `# ${judgement.verdict.toUpperCase()}: ${escapedText(plan.name)}`,
    escapedText(judgement.because),
    ...(ended.how === 'complete'
      ? []
      : [`**${ended.how}** at ${momentText(ended.atUs)} after ${counted(ended.lines, 'line')}.`]),
    overlayPart(plan),
    loadNotes(plan).map(escapedText).join('\n\n'),
    limitsPart(judgement.limits),
    findingsPart(report),
    alertsPart(report),
    [latencyAnswer, recallAnswer, lagAnswer, catchUpAnswer, survivalAnswer]
      .map((answer) => `- ${escapedText(answer(analysis))}`)
      .join('\n'),
    repeatPart(report),
  ]
  const text = parts.filter((part) => part !== '').join('\n\n')
  return `${text}\n`
}

function overlayPart(plan: Plan): string {
  const overlay = overlayOf(plan)
  if (overlay.length === 0) return ''
  const items = overlay.map((sentence) => `- ${escapedText(sentence)}`)
  return `Laid over for ${plan.world}:\n\n${items.join('\n')}`
}

function limitsPart(limits: readonly LimitResult[]): string {
  if (limits.length === 0) return '## Limits\n\nThe scenario sets none.'
  const asked = limits.filter((result) => !isShort(result))
  const open = bySeverity(asked).filter(({ verdict }) => verdict !== 'pass')
  const short = limits.length - asked.length
  const passed =
    `${counted(asked.length - open.length, 'cell')} of ${asked.length} within limits.` +
    (short > 0 ? ` ${counted(short, 'cell')} of recoveries too short to tell.` : '')
  if (open.length === 0) return `## Limits\n\n${passed}`
  const rows = open
    .slice(0, LIMITS)
    .map((result) => [
      result.verdict,
      limitSubject(result.limit),
      limitCell(result),
      limitMeasured(result),
      limitShown(result),
      limitBound(result.limit),
      countText(result.count),
    ])
    .map((row) => row.map(escapedText))
  const more =
    open.length > LIMITS ? `\n\n${countText(open.length - LIMITS)} more in report.html.` : ''
  return `## Limits\n\n${markdownTable(['', 'metric', 'cell', 'measured', 'shows', 'limit', 'samples'], rows)}${more}\n\n${passed}`
}

function findingsPart({ analysis, run }: Report): string {
  const listed = byWeight(analysis.findings).filter(({ verdict }) => verdict !== 'pass')
  const passed = `${analysis.findings.length - listed.length} of ${counted(analysis.findings.length, 'checker')} passed.`
  const items = listed.slice(0, FINDINGS).map((finding) => {
    const [first] = finding.events
    const witness = first
      ? `\n  > ${escapedText(first.sentence)}${first.lines.length > 0 ? ` ${code(linesCommand(run, `finding=${finding.checker}`))}` : ''}`
      : ''
    const verdict = finding.promised ? finding.verdict : `${finding.verdict}, not promised`
    const why = finding.unpromised ? ` ${escapedText(finding.unpromised)}` : ''
    return `- **${escapedText(finding.checker)}** (${verdict}): ${escapedText(finding.because)}${why}${witness}`
  })
  const more =
    listed.length > FINDINGS
      ? [`- ${countText(listed.length - FINDINGS)} more in report.html.`]
      : []
  const promises = escapedText(promisesText(analysis.promises))
  return `## Findings\n\n${[...items, ...more].join('\n')}${items.length > 0 ? '\n\n' : ''}${passed} ${promises}`
}

/** What each alert did about each fault; without alerts nothing. */
function alertsPart({ analysis: { alerts }, judgement }: Report): string {
  if (!alerts) return ''
  const missed = (judgement.alerts ?? [])
    .filter(({ verdict }) => verdict !== 'pass')
    .map(({ verdict, because }) => `- **${verdict}**: ${escapedText(because)}`)
  const rows = alerts.flatMap((outcome) =>
    alertLines(outcome, 0).map((line) => [outcome.rule.alert, ...line].map(escapedText)),
  )
  const shown = markdownTable(['alert', 'fault', 'what it did'], rows.slice(0, LIMITS))
  const more = rows.length > LIMITS ? `\n\n${rows.length - LIMITS} more in report.html.` : ''
  return `## Alerts\n\n${[...missed, ''].join('\n')}${missed.length > 0 ? '\n' : ''}${shown}${more}`
}

function repeatPart(report: Report): string {
  const { plan, faultline } = report.analysis
  const modelled =
    plan.world === 'sim'
      ? `Times are simulated with profile ${escapedText(plan.profile.name)}. `
      : `On real servers, in ${plan.world}, vectors in ${escapedText(storesText(plan))}. `
  return `${modelled}Faultline ${escapedText(faultline)}, seed ${plan.seed}. To repeat:\n\n\`\`\`sh\n${repeatCommand(report)}\n\`\`\``
}

export const code = (text: string): string =>
  text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``

/** Text that Markdown shows as it is, on one line. */
export const escapedText = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_[\]|#]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
