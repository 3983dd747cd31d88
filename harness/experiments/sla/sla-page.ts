import { table } from '../../../reports/charts/table.ts'
import { html, type Markup, nothing, verbatim } from '../../../reports/markup.ts'
import { page } from '../../../reports/page.ts'
import { scrollArea } from '../../../reports/scroll-area.ts'
import { icon } from '../../../reports/verdict.ts'
import type { Verdict } from '../../model/finding.ts'
import type { Sla, SlaLevel, SlaObjective, SlaSample, SlaState } from '../../model/sla.ts'
import { counted, countText, writtenText } from '../../text/value.ts'
import { aboutText, imagesText, ownerText, runHead, runRow } from './provenance.ts'
import {
  burntText,
  bySeverity,
  canSign,
  measuredText,
  objectiveText,
  placeText,
  runsText,
  sampleText,
  shownText,
  sourceText,
  stateWords,
  statusSentence,
  statusWord,
  usedText,
  windowsText,
} from './wording.ts'

/** sla.html: what is promised, what is shown of it, what nobody tested, and whether anybody can sign. */
export function slaPage(sla: Sla): string {
  const { levels, faultline, command } = sla
  const titles = levels.map(({ title }) => title).join(', ')
  const body = html`<header class="${colourOf(levels)}">
<p class="kicker"><span>Faultline ${faultline}</span><span class="badge">${sourceBadge(levels)}</span></p>
<h1>SLA sign-off: ${titles}</h1>
${levels.map(statusLine)}
<p class="facts">${aboutText(sla)}</p>
</header>
<main>
${levels.map((level) => levelSections(level))}
<section id="repeat"><h2>Make this page again</h2>
<pre><code>${verbatim(command)}</code></pre>
<p class="quiet">All of it, with every record's hash, is in sla.json.</p>
</section>
</main>`
  const words = [...new Set(levels.map(statusWord))].join(', ')
  return page(faultline, `${words}: ${titles}`, body, [], style)
}

/** Every reason has a colour of its own kind; the worst of all profiles is that of the page. */
function colourOf(levels: readonly SlaLevel[]): Verdict {
  const kinds = levels.flatMap(({ reasons }) => reasons.map(({ kind }) => kind))
  if (kinds.length === 0) return 'pass'
  return kinds.includes('broken') || kinds.includes('promise') ? 'fail' : 'unknown'
}

function sourceBadge(levels: readonly SlaLevel[]): string {
  const samples = levels.flatMap((level) => level.samples)
  const simulated = samples.filter(({ simulatedWith }) => simulatedWith !== null).length
  if (simulated === 0) return 'measured on real servers'
  return simulated === samples.length
    ? 'simulated: times are modelled'
    : 'real servers and simulator'
}

const statusLine = (level: SlaLevel): Markup =>
  html`<p class="verdict-line">${icon(colourOf([level]))}<strong>${statusWord(level)}</strong> <span>${level.title} (${level.name})${ownerText(level)}. ${statusSentence(level)}</span></p>`

function levelSections(level: SlaLevel): Markup {
  const { name, title, samples } = level
  return html`<section id="${name}"><h2>${title}</h2>
${reasonList(level)}
${level.notes.map((note) => html`<p class="warning">${note}</p>`)}
${samples.map((sample) => sampleBlock(sample, level))}
</section>
<section id="${name}-untested"><h2>What was not tested${level.title === '' ? '' : `: ${title}`}</h2>
<p class="takeaway">A signature says nothing of this.</p>
${table(
  ['what', 'which'],
  level.untested.map(({ what, which }) => [what, which.join('; ')]),
)}
</section>
<section id="${name}-runs"><h2>Runs behind it</h2>
${samples.map(runsBlock)}
${signature(level)}
</section>
`
}

/** Reasons beyond this are folded. */
const MOST = 6

function reasonList({ reasons }: SlaLevel): Markup {
  if (reasons.length === 0) return nothing
  const item = ({ what, wayOut }: SlaLevel['reasons'][number]): Markup =>
    html`<li>${what}<br><span class="quiet">${wayOut}</span></li>\n`
  const rest = reasons.slice(MOST)
  return html`<h3>What keeps it from being signed</h3>
<ul>${reasons.slice(0, MOST).map(item)}</ul>
${rest.length > 0 && html`<details class="print-open"><summary>${counted(rest.length, 'more reason')}</summary><ul>${rest.map(item)}</ul></details>`}`
}

function sampleBlock(sample: SlaSample, { windowUs }: SlaLevel): Markup {
  const { objectives, question } = sample
  const title = html`<h3>${sampleText(sample)}</h3><p class="quiet">${question}</p>`
  if (objectives.length === 0) return html`${title}<p class="missing">No run is evidence.</p>`
  const windows = `${writtenText(windowUs, 'us')} windows`
  const figures = ['measured', 'evidence', 'budget burnt', windows, 'runs']
  const name = `objectives of ${sample.scenario}`
  return html`${title}${scrollArea(
    name,
    html`<table class="sla">
<thead><tr><th scope="col">state</th><th scope="col">objective</th><th scope="col">where</th>${figures.map((text) => html`<th scope="col">${text}</th>`)}</tr></thead>
<tbody>${bySeverity(objectives).map((one) => objectiveRows(one, figures))}</tbody></table>`,
  )}
<p class="quiet">Measured: all runs as one sample, and what that shows. Budget burnt: bad ÷ allowed, in operations, values or answers. Windows and runs: how many keep the bound, each alone.</p>`
}

const colours: Record<SlaState, Verdict> = {
  holds: 'pass',
  broken: 'fail',
  open: 'unknown',
  beside: 'unknown',
}

function objectiveRows(one: SlaObjective, names: readonly string[]): Markup {
  const { state } = one
  const colour = colours[state]
  const figures = [
    html`${measuredText(one)}${small(shownText(one))}`,
    countText(one.count),
    html`${burntText(one)}${small(usedText(one))}`,
    windowsText(one),
    runsText(one),
  ]
  const why = whyText(one)
  return html`<tr><td><span class="verdict ${colour}">${icon(colour)}${stateWords[state]}</span></td><td>${objectiveText(one)}</td><td>${placeText(one)}</td>${figures.map(
    (figure, i) => html`<td data-name="${names[i] ?? ''}">${figure}</td>`,
  )}</tr>${why !== '' && html`<tr class="why"><td colspan="8">${why}</td></tr>`}\n`
}

const small = (text: string): Markup | false => text !== '' && html`<small>${text}</small>`

/** What did not come out well, and how far off the simulator was, unless that makes no difference. */
function whyText(one: SlaObjective): string {
  const { state, because, error } = one
  const told = error && (error.of === undefined || error.without !== undefined)
  const parts = [
    ...(state === 'broken' || state === 'open' ? [because] : []),
    ...(told ? [`${sourceText(one)}.`.replace(/^s/, 'S')] : []),
  ]
  return parts.join(' ')
}

/** What the table of objectives needs beside the style of all pages: it folds up on a telephone. */
const style = `
.sla{width:100%}
.sla td{white-space:normal}
@media screen{.sla td:first-child,.sla td[data-name]{white-space:nowrap}}
.sla small{display:block;color:var(--quiet);font-size:12px}
@media print{.sla small{font-size:10px}}
@media screen and (max-width:700px){
.sla,.sla tbody{display:block}.sla thead{display:none}
.sla tr{display:flex;flex-wrap:wrap;gap:0 16px;padding:6px 0;border-bottom:1px solid var(--grid)}
.sla td{display:block;border:0;padding:0}
.sla td:nth-child(2){order:-1;flex:1 1 50%;font-weight:600}
.sla td:first-child{order:-1}
.sla td:nth-child(3){flex:0 0 100%;color:var(--quiet)}
.sla td[data-name]:empty{display:none}
.sla td[data-name]::before{content:attr(data-name) " ";color:var(--quiet)}
.sla tr.why td{order:0;flex:0 0 100%;white-space:normal;font-weight:400}
.sla tr:has(+tr.why){border:0;padding-bottom:0}.sla tr.why{padding-top:0}}
`

function runsBlock(sample: SlaSample): Markup {
  const images = imagesText(sample)
  return html`<h3>${sampleText(sample)}</h3>
${table(runHead, sample.runs.map(runRow))}
${images !== '' && html`<p class="quiet">${images}</p>`}
<p>To repeat ${sample.runs.length === 1 ? 'it' : 'them'}:</p><pre><code>${verbatim(sample.repeat)}</code></pre>`
}

/** What is printed and signed by hand; nothing is signed here. */
function signature(level: SlaLevel): Markup {
  if (!canSign(level))
    return html`<p class="warning"><strong>Unsigned.</strong> ${statusSentence(level)}</p>`
  const line = '_'.repeat(28)
  return html`<p class="takeaway"><strong>${statusWord(level)}.</strong> Signed for ${level.owner ?? 'whoever answers for it'}: ${line} on ${'_'.repeat(12)}</p>`
}
