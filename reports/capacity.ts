import type { CapacityResult } from '../harness/model/capacity.ts'
import { valueText } from '../harness/text/value.ts'
import { billSentence, billTable } from './bill-table.ts'
import { capacitySentence, capacityTable, headroomSentence, limitTable } from './capacity-table.ts'
import { capacityCharts } from './charts/capacity.ts'
import { table } from './charts/table.ts'
import { html, type Markup, nothing } from './markup.ts'
import { chartMarks, page } from './page.ts'
import {
  catchUpSentence,
  catchUpTable,
  forecastSentence,
  forecastTable,
} from './planning-tables.ts'
import { icon } from './verdict.ts'

/** capacity.html: the bracket in a sentence, the curves, and every rate that was tried. */
export async function capacityPage(result: CapacityResult): Promise<string> {
  const { scenario, question, faultline, profile, notes, seeds, own } = result
  const tried = capacityTable(result)
  const limits = limitTable(result)
  const body = html`<header class="${result.outcome.kind === 'bracketed' ? 'pass' : 'unknown'}">
<p class="kicker"><span>Faultline ${faultline}</span><span class="badge">simulated: rates are those of the profile ${profile}</span></p>
<h1>${scenario}: how much it can take${result.without !== undefined && ` without ${result.without}`}</h1>
<p class="verdict-line">${icon(result.outcome.kind === 'bracketed' ? 'pass' : 'unknown')}<span>${capacitySentence(result)}</span></p>
${answers(result)}
<p class="question">${question}</p>
</header>
<main>
<section id="curve"><h2>Against the rate</h2>
${await capacityCharts(result)}
</section>
<section id="limits"><h2>Each limit</h2>
${table(limits.head, limits.rows, 1)}
</section>
${billSection(result)}${catchUpSection(result)}${forecastSection(result)}<section id="rates"><h2>Every rate tried</h2>
${notes.map((note) => html`<p class="takeaway">${note}</p>`)}
${table(tried.head, tried.rows, 'all')}
<p class="quiet">The scenario's own rates are ${valueText(own.perSec, 'per-second')}, ${valueText(own.searchPerSec, 'per-second')} of them searches; all are multiplied alike.
Open loop: operations come at their rate whatever the answers do. Searched with seed ${String(seeds[0])}, both ends confirmed with seeds ${seeds.join(', ')}.
The lower end passes with every seed, the upper end fails with every seed. All of it is in capacity.json.</p>
</section>
</main>`
  return page(faultline, `${scenario}: capacity`, body, [chartMarks()])
}

function billSection({ bill }: CapacityResult): Markup {
  if (!bill) return nothing
  const { head, rows } = billTable(bill)
  return html`<section id="bill"><h2>The bill</h2>
<p class="takeaway">${billSentence(bill)}</p>
${table(head, rows, 1)}
<p class="quiet">Servers as they stand, whatever they are asked; bytes over links as simulated at that rate. No discounts, no storage, no traffic of users.</p>
</section>
`
}

function catchUpSection({ catchUp }: CapacityResult): Markup {
  if (!catchUp) return nothing
  const { head, rows } = catchUpTable(catchUp)
  return html`<section id="catch-up"><h2>Catching up</h2>
<p class="takeaway">${catchUpSentence(catchUp)}</p>
${table(head, rows, 1)}
<p class="quiet">Both directions are cut; what is behind is what the link would have carried meanwhile. Load goes on at the same rate while it catches up.</p>
</section>
`
}

function forecastSection(result: CapacityResult): Markup {
  const { forecasts = [] } = result
  if (forecasts.length === 0) return nothing
  const parts = forecasts.map((one) => {
    const { head, rows } = forecastTable(one, result)
    return html`<p class="takeaway">${forecastSentence(one, result)}</p>
${table(head, rows, 1)}`
  })
  return html`<section id="forecast"><h2>Forecast</h2>
${parts}
<p class="quiet">Each level is a search of its own with one seed. Fitted: 1 ÷ rate is a straight line in the number of regions or points, since
every region applies all writes and a flat index looks at every point. Each level is then predicted from the others alone.</p>
</section>
`
}

/** The three figures of a slide. */
function answers(result: CapacityResult): Markup {
  const { outcome, own } = result
  if (outcome.kind !== 'bracketed') return nothing
  const rate = (factor: number): string => valueText(own.perSec * factor, 'per-second')
  return html`<dl class="answers">
<div><dt>Keeps all limits</dt><dd>up to ${rate(outcome.keeps)}</dd></div>
<div><dt>Breaks one</dt><dd>at ${rate(outcome.fails)}</dd></div>
<div><dt>Headroom</dt><dd>${headroomSentence(result)}</dd></div>
</dl>`
}
