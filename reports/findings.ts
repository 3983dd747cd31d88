import type { Finding, Verdict, Witness } from '../harness/model/finding.ts'
import { countText, plural, shellWord } from './format.ts'
import { html, type Markup } from './markup.ts'
import type { Report } from './report.ts'
import { severity, verdictMark } from './verdict.ts'

/** A finding that breaks no promise is told, and is no failure. */
export const isBroken = ({ verdict, promised }: Finding): boolean => verdict === 'fail' && promised

/** What a person reads: a broken promise nobody made is a note. */
const shown = (finding: Finding): Verdict | 'note' =>
  finding.verdict === 'fail' && !finding.promised ? 'note' : finding.verdict

const order = (finding: Finding): number =>
  shown(finding) === 'note' ? 2.5 : severity[finding.verdict]

export const byWeight = (findings: readonly Finding[]): Finding[] =>
  [...findings].sort((a, b) => order(a) - order(b))

/** The command that prints the record lines a sentence stands on. */
export const linesCommand = (run: string, lines: readonly number[]): string =>
  `faultline lines ${shellWord(run)} line=${lines.join(',')}`

export function findingsSection({ analysis, run }: Report): Markup {
  const all = byWeight(analysis.findings)
  if (all.length === 0) return html`<p class="missing">No checker looked at this record.</p>`
  const told = all.filter((finding) => finding.verdict !== 'pass' || finding.events.length > 0)
  const passed = all.filter(({ verdict }) => verdict === 'pass').length
  return html`<p class="takeaway">${passed} of ${plural(all.length, 'checker')} passed.</p>${told.map((finding) => article(finding, run))}<div class="scroll"><table>
<thead><tr><th scope="col">checker</th><th scope="col">verdict</th><th scope="col" class="n">looked at</th><th scope="col" class="n">violations</th><th scope="col">because</th></tr></thead>
<tbody>${all.map(
    (finding) =>
      html`<tr><td>${finding.checker}</td><td>${mark(finding)}</td><td class="n">${countText(finding.evidence)}</td><td class="n">${countText(finding.violations)}</td><td class="text">${finding.because}</td></tr>\n`,
  )}</tbody></table></div>`
}

const mark = (finding: Finding): Markup =>
  shown(finding) === 'note'
    ? html`<span class="verdict note">not promised</span>`
    : verdictMark(finding.verdict)

function article(finding: Finding, run: string): Markup {
  const { checker, because, evidence, violations, events, promised } = finding
  const counts = `${countText(violations)} of ${countText(evidence)} looked at`
  const more = violations > events.length && events.length > 0
  return html`<article class="finding ${shown(finding)}"><h3>${checker} ${mark(finding)} <small>${counts}</small></h3>
<p>${because}${!promised && ' The system does not promise this, so it fails nothing.'}</p>
${events.map((event) => quote(event, run))}${more && html`<p class="quiet">Quoted: ${events.length} of ${countText(violations)}.</p>`}</article>`
}

function quote({ sentence, lines }: Witness, run: string): Markup {
  const where =
    lines.length > 0 &&
    html`<footer>${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')} <code>${linesCommand(run, lines)}</code></footer>`
  return html`<blockquote><p>${sentence}</p>${where}</blockquote>`
}
