import type { Finding, Verdict, Witness } from '../harness/model/finding.ts'
import type { RunPromises } from '../harness/model/guarantees.ts'
import { counted, countText } from '../harness/text/value.ts'
import { shellWord } from './format.ts'
import { html, type Markup } from './markup.ts'
import type { Report } from './report.ts'
import { scrollArea } from './scroll-area.ts'
import { severity, verdictMark } from './verdict.ts'

/** What a person reads: a broken promise nobody made is a note. */
const shown = (finding: Finding): Verdict | 'note' =>
  finding.verdict === 'fail' && !finding.promised ? 'note' : finding.verdict

const order = (finding: Finding): number =>
  shown(finding) === 'note' ? 1.5 : severity[finding.verdict]

export const byWeight = (findings: readonly Finding[]): Finding[] =>
  [...findings].sort((a, b) => order(a) - order(b))

/** The command that prints record lines: `line=18422`, or `finding=lost-writes` for all that a checker quotes. */
export const linesCommand = (run: string, selector: string): string =>
  `faultline lines ${shellWord(run)} ${shellWord(selector)}`

export function findingsSection({ analysis, run }: Report): Markup {
  const all = byWeight(analysis.findings)
  if (all.length === 0) return html`<p class="missing">No checker looked at this record.</p>`
  const passed = all.filter(({ verdict }) => verdict === 'pass').length
  const quoted = all.filter(({ events }) => events.length > 0)
  return html`<p class="takeaway">${passed} of ${counted(all.length, 'checker')} passed. ${promisesText(analysis.promises)}</p>${scrollArea(
    'Checkers, what decides first',
    html`<table>
<thead><tr><th scope="col">checker</th><th scope="col">measures</th><th scope="col">verdict</th><th scope="col" class="n">looked at</th><th scope="col" class="n">violations</th><th scope="col">because</th></tr></thead>
<tbody>${all.map(row)}</tbody></table>`,
  )}${quoted.map((finding) => article(finding, run))}`
}

/** What the system promises of this run, so that a green checker is not taken for more. */
export function promisesText({ given, excepted }: RunPromises): string {
  const all = given.length === 0 ? 'nothing.' : `that ${given.join('; ')}.`
  const not = excepted.map(({ clause, when }) => ` Not promised: that ${clause}, when ${when}.`)
  return `Under these faults the system promises ${all}${not.join('')}`
}

const row = (finding: Finding): Markup =>
  html`<tr><td>${finding.checker}</td><td>${finding.measures}</td><td>${mark(finding)}</td><td class="n">${countText(finding.evidence)}</td><td class="n">${countText(finding.violations)}</td><td class="text">${finding.because}${unpromised(finding)}</td></tr>\n`

const unpromised = ({ promised, unpromised: why, violations }: Finding): string =>
  promised || violations === 0
    ? ''
    : ` ${why ?? 'The system does not promise this.'} Only a limit can make it fail the run.`

const mark = (finding: Finding): Markup =>
  shown(finding) === 'note'
    ? html`<span class="verdict note">not promised</span>`
    : verdictMark(finding.verdict)

/** The events a checker quotes, and how to see their lines. */
function article(finding: Finding, run: string): Markup {
  const { checker, violations, events } = finding
  const [first] = events.flatMap(({ lines }) => lines)
  const of =
    violations > events.length && `${events.length} of ${countText(violations)} are quoted. `
  const one = first !== undefined && html` One: <code>${linesCommand(run, `line=${first}`)}</code>`
  return html`<article class="finding ${shown(finding)}"><h3>${checker} ${mark(finding)}</h3>
${events.map(quote)}<p class="quiet">${of}All these lines: <code>${linesCommand(run, `finding=${checker}`)}</code>${one}</p></article>`
}

const quote = ({ sentence, lines }: Witness): Markup =>
  html`<blockquote><p>${sentence}${lines.length > 0 && html` <small>${lines.length === 1 ? 'Line' : 'Lines'} ${lines.join(', ')}.</small>`}</p></blockquote>`
