import { table } from '../../../reports/charts/table.ts'
import { html, type Markup, nothing, verbatim } from '../../../reports/markup.ts'
import { page } from '../../../reports/page.ts'
import { icon } from '../../../reports/verdict.ts'
import type { Verdict } from '../../model/finding.ts'
import type { Sla, SlaLevel, SlaObjective, SlaSample, SlaState } from '../../model/sla.ts'
import { counted, countText, writtenText } from '../../text/value.ts'
import { aboutText, imagesText, ownerText, runHead, runRow } from './provenance.ts'
import {
  budgetText,
  bySeverity,
  canSign,
  measuredOf,
  objectiveText,
  placeText,
  runsText,
  sampleText,
  sourceText,
  stateWords,
  statusSentence,
  statusWord,
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
  return page(faultline, `${words}: ${titles}`, body)
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
  const head = [
    'measured',
    'evidence',
    'budget burnt',
    `${writtenText(windowUs, 'us')} windows`,
    'runs',
  ]
  return html`${title}<div class="scroll"><table class="limits">
<thead><tr><th scope="col">objective</th><th scope="col">where</th>${head.map((text) => html`<th scope="col" class="n">${text}</th>`)}<th scope="col">state</th></tr></thead>
<tbody>${bySeverity(objectives).map((one) => objectiveRows(one, head))}</tbody></table></div>
<p class="quiet">Measured: all runs as one sample, and what it shows. Budget burnt: bad ÷ allowed, in operations, values or answers. Windows and runs: how many keep the bound, each alone.</p>`
}

const colours: Record<SlaState, Verdict> = {
  holds: 'pass',
  broken: 'fail',
  open: 'unknown',
  beside: 'unknown',
}

function objectiveRows(one: SlaObjective, head: readonly string[]): Markup {
  const { state, because } = one
  const colour = colours[state]
  const figures = [
    measuredOf(one),
    countText(one.count),
    budgetText(one),
    windowsText(one),
    runsText(one),
  ]
  const why = [
    ...(state === 'holds' ? [] : [because]),
    ...(one.error ? [`${sourceText(one)}.`.replace(/^s/, 'S')] : []),
  ]
  return html`<tr class="${colour}"><td>${objectiveText(one)}</td><td>${placeText(one)}</td>${figures.map(
    (text, i) =>
      text !== '' ? html`<td class="n" data-name="${head[i] ?? ''}">${text}</td>` : html`<td></td>`,
  )}<td><span class="verdict ${colour}">${icon(colour)}${stateWords[state]}</span></td></tr>${why.length > 0 && html`<tr class="why"><td colspan="8">${why.join(' ')}</td></tr>`}\n`
}

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
