import { table } from '../../../reports/charts/table.ts'
import { html } from '../../../reports/markup.ts'
import { page } from '../../../reports/page.ts'
import { overlayFigure } from '../overlay.ts'
import type { Compared } from './comparison.ts'
import { byError } from './main-errors.ts'
import type { Twin } from './outcome.ts'
import { aboutText } from './twin-markdown.ts'
import { aloneText, cellsOf, medianText, worstText } from './wording.ts'

/** twin.html: the overlays and every figure both worlds have. */
export async function twinPage(twin: Twin): Promise<string> {
  const { run, profile, comparison, real, simulated } = twin
  const body = html`<header>
<p class="kicker"><span>Faultline ${run.faultline}</span><span class="badge">real servers and simulator · profile ${profile.name}</span></p>
<h1>${run.scenario}: the simulator beside real servers</h1>
<p class="question">${real.plan.question}</p>
<p class="facts">${aboutText(twin)}</p>
<p class="quiet">The error of a time or a rate is simulated / real − 1, that of a share or a count simulated − real. Warm-up is left out.</p>
</header>
<main>
<section id="main"><h2>Main metrics</h2>
${table(
  ['metric', 'median error', 'worst', 'where', 'cells'],
  run.errors.map((error) => [
    error.metric,
    medianText(error),
    error.small ? `${worstText(error)} (too small to compare)` : worstText(error),
    error.at,
    String(error.cells),
  ]),
)}
</section>
<section id="overlay"><h2>Over time</h2>
${await overlayFigure({ name: 'real servers', analysis: real }, { name: 'simulated', analysis: simulated })}
</section>
<section id="figures"><h2>Every figure, furthest off first</h2>
${figures(comparison.rows)}
<p class="quiet">${aloneText(comparison.alone)} The whole reports: <a href="real/report.html">real</a>, <a href="sim/report.html">simulated</a>.</p>
</section>
</main>`
  return page(run.faultline, `Twin of ${run.scenario} (seed ${run.seed})`, body)
}

const figures = (rows: readonly Compared[]) =>
  table(
    ['figure', 'where', 'real', 'simulated', 'error', 'n'],
    [...rows].sort(byError).map(cellsOf),
  )
