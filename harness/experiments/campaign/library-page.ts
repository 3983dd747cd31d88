import { relative } from 'node:path'
import { table } from '../../../reports/charts/table.ts'
import { html, type Markup, nothing } from '../../../reports/markup.ts'
import { page } from '../../../reports/page.ts'
import { scrollArea } from '../../../reports/scroll-area.ts'
import { icon, severity, verdictMark } from '../../../reports/verdict.ts'
import { counted, countText, measuredText } from '../../text/value.ts'
import type { RunFigure } from '../side-by-side.ts'
import { type Ledger, ledgerSentence } from './library-states.ts'
import { conclusion, type LibraryResult, labelOf, statedOf } from './library-table.ts'
import type { Row } from './task.ts'

/** library.html in `base`: surprises first, then every run with its question, verdict and figures, and the ledger of states. */
export function libraryPage(result: LibraryResult, base: string): string {
  const { faultline, rows, exitCode, ledger, onServersOnly, expecting } = result
  const sorted = [...rows].sort((a, b) => rank(a) - rank(b) || (labelOf(a) < labelOf(b) ? -1 : 1))
  const odd = sorted.filter(({ outcome }) => outcome === 'not as it should')
  const verdict = exitCode === 0 ? 'pass' : odd.length > 0 || ledger?.held ? 'fail' : 'unknown'
  const [sentence = '', ...more] = conclusion(result)
  const body = html`<header class="${verdict}">
<p class="kicker"><span>Faultline ${faultline}</span><span class="badge">simulated: times are modelled</span></p>
<h1>A library of ${counted(new Set(rows.map(({ file }) => file)).size, 'scenario')}</h1>
<p class="verdict-line">${icon(verdict)}<span>${sentence} ${ledger && ledgerSentence(ledger)}</span></p>
<p class="facts">${expecting ? 'Held against what each scenario expects' : 'Asked to pass'}. ${more.join(' ')}</p>
</header>
<main>
${odd.length > 0 && surprises(odd, base)}
<section id="runs"><h2>Every run</h2>
${runTable(sorted, expecting, base)}
<p class="quiet">Search p99, recall and lag p90: the worst of all phases, all regions and links together. Reports are kept of what surprised, and with <code>--reports</code> of all. All of it is in table.json.</p>
</section>
${ledger && states(ledger)}
${
  onServersOnly.length > 0
    ? html`<section id="left-out"><h2>Left out: for real servers only</h2>
<ul>${onServersOnly.map((file) => html`<li>${file}</li>`)}</ul></section>`
    : nothing
}
</main>`
  return page(faultline, `a library of ${counted(rows.length, 'run')}`, body)
}

/** Surprises, the gravest first, then what came out as it should, then what nobody stated. */
function rank({ outcome, verdict }: Row): number {
  if (outcome === 'not as it should') return verdict === 'not run' ? -1 : severity[verdict]
  return outcome === 'as it should' ? 10 : 11
}

const marked = ({ verdict }: Row): Markup =>
  verdict === 'not run' ? html`<span class="verdict note">not run</span>` : verdictMark(verdict)

/** Leads to the report of a run where it was kept. */
const linked = (row: Row, base: string): Markup =>
  row.directory === undefined
    ? html`${labelOf(row)}`
    : html`<a href="${relative(base, row.directory)}/report.html">${labelOf(row)}</a>`

const surprises = (odd: readonly Row[], base: string): Markup =>
  html`<section id="surprises"><h2>Surprises</h2>
${odd.map(
  (row) =>
    html`<div class="finding ${row.verdict === 'not run' ? 'invalid' : row.verdict}"><h3>${marked(row)} ${linked(row, base)} <small>${row.system}</small></h3>
<ul>${row.wrong.map((why) => html`<li>${why}</li>`)}</ul>
<p class="quiet">${row.question ?? ''} <code>${again(row)}</code></p></div>\n`,
)}</section>`

/** Of a sweep all points, and of what could not be read nothing but its file. */
const again = ({ file, system, seed, point, verdict }: Row): string =>
  verdict === 'not run' || point !== undefined
    ? `faultline run ${file}`
    : `faultline run ${file} --system ${system} --seed ${seed}`

function runTable(rows: readonly Row[], expecting: boolean, base: string): Markup {
  const titles = ['verdict', 'scenario', 'system', 'expected', 'as stated']
  const figures = ['search p99', 'recall', 'lag p90', 'seconds']
  const cells = (row: Row): Markup => {
    const { expected, asStated } = statedOf(row, expecting)
    const question = row.question && html`<br><small class="quiet">${row.question}</small>`
    return html`<tr><td>${marked(row)}</td><td class="text">${linked(row, base)}${question}</td><td>${row.system}</td><td>${expected}</td><td>${asStated}</td>${[...worstFigures(row), row.seconds.toFixed(1)].map((text) => html`<td class="n">${text}</td>`)}</tr>\n`
  }
  return scrollArea(
    'Every run',
    html`<table><thead><tr>${titles.map((text) => html`<th scope="col">${text}</th>`)}${figures.map((text) => html`<th scope="col" class="n">${text}</th>`)}</tr></thead><tbody>${rows.map(cells)}</tbody></table>`,
  )
}

const worst = (
  figures: readonly RunFigure[],
  what: string,
  isWorse: (a: RunFigure, b: RunFigure) => boolean,
): string => {
  const own = figures.filter((one) => one.what === what && one.measured)
  const [first] = own
  if (!first) return ''
  const { measured, unit } = own.reduce((most, one) => (isWorse(one, most) ? one : most), first)
  return measuredText(measured, unit)
}

/** Empty where a run was too short to tell. */
function worstFigures({ figures = [] }: Row): string[] {
  const high = (a: RunFigure, b: RunFigure) => (a.measured?.high ?? 0) > (b.measured?.high ?? 0)
  const low = (a: RunFigure, b: RunFigure) => (a.measured?.low ?? 1) < (b.measured?.low ?? 1)
  return [
    worst(figures, 'search.response p99', high),
    worst(figures, 'recall mean', low),
    worst(figures, 'lag p90', high),
  ]
}

const states = (ledger: Ledger): Markup =>
  html`<section id="states"><h2>States that were reached</h2>
<p class="takeaway">${ledgerSentence(ledger)}</p>
${ledger.never.length > 0 && html`<p class="warning"><strong>Never reached</strong>, so never tested: ${ledger.never.join('; ')}.</p>`}
${table(
  ['state', 'scenarios', 'first by name'],
  ledger.reached.map(({ state, scenarios, first }) => [state, countText(scenarios), first]),
)}
</section>`
