import type { SweepResult } from '../harness/model/sweep.ts'
import { sweepCharts } from './charts/sweep.ts'
import { table } from './charts/table.ts'
import { html } from './markup.ts'
import { page } from './page.ts'
import { sweepTable } from './sweep-table.ts'

/** sweep.html: the table that compares the points, and a chart for each figure. */
export async function sweepPage(result: SweepResult): Promise<string> {
  const { scenario, seed, world, question, notes, faultline, points } = result
  const { head, rows } = sweepTable(result)
  const body = html`<header>
<p class="kicker"><span>Faultline ${faultline}</span><span class="badge">${world === 'sim' ? 'simulated: times are modelled' : 'measured on real servers'}</span></p>
<h1>${scenario}: ${String(points.length)} points side by side</h1>
<p class="question">${question}</p>
${notes.map((note) => html`<p class="warning">${note}</p>`)}
</header>
<main>
<section id="points"><h2>Points</h2>
${table(head, rows)}
<p class="quiet">Whole reports: ${points.map(
    ({ number, directory }) =>
      html`<a href="${directory.split('/').at(-1) ?? ''}/report.html">${String(number)}</a> `,
  )}</p>
</section>
<section id="charts"><h2>Figures</h2>
${await sweepCharts(result)}
</section>
</main>`
  return page(faultline, `${scenario}: a sweep (seed ${seed})`, body)
}
