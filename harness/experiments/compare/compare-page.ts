import { relative } from 'node:path'
import { dataDetails, table } from '../../../reports/charts/table.ts'
import { html, type Markup } from '../../../reports/markup.ts'
import { page } from '../../../reports/page.ts'
import { faultlineVersion } from '../../pipeline/version.ts'
import { counted } from '../../text/value.ts'
import { overlayFigure } from '../overlay.ts'
import { sorted } from './compare-table.ts'
import type { ComparedRow, ComparedVerdict } from './comparison.ts'
import { type Comparison, methodText } from './outcome.ts'
import type { FieldDifference } from './plan-differences.ts'
import { type ComparedRun, type Side, sideText } from './side.ts'
import { differenceText, figureName, placeText, sideFigure } from './wording.ts'

/** compare.html: the verdict, what is worse or better, both sides over time, and all that was compared. `out`: its folder. */
export async function comparePage(comparison: Comparison, out: string): Promise<string> {
  const { a, b, rows, verdict, because, refused } = comparison
  const of = (...wanted: ComparedVerdict[]) =>
    sorted(rows.filter((row) => wanted.includes(row.verdict)))
  const changed = of('worse', 'better')
  const [one, two] = [a.runs[0] as ComparedRun, b.runs[0] as ComparedRun]
  const body = html`<header class="${colours[verdict]}">
<p class="kicker"><span>Faultline ${faultlineVersion}</span><span class="badge">${one.plan.world === 'sim' ? 'simulated: times are modelled' : 'measured on real servers'}</span></p>
<h1>${one.plan.name}: B beside A</h1>
<p class="verdict-line"><strong>${verdict.toUpperCase()}</strong> <span>${because}</span></p>
<p class="facts">A: ${sideLink(a, out)} · B: ${sideLink(b, out)}</p>
${refused === undefined && html`<p class="quiet">${methodText(comparison)}</p>`}
</header>
<main>
<section id="differ"><h2>What differs</h2>
${fieldsSection(comparison)}
</section>
${
  refused === undefined &&
  html`<section id="told"><h2>Worse and better</h2>
${changed.length > 0 ? rowsTable(changed) : html`<p class="missing">No figure is worse or better.</p>`}
</section>
<section id="overlay"><h2>Over time</h2>
${await overTime(one, two, comparison)}
</section>
<section id="open"><h2>What cannot be told</h2>
${folded(of('cannot tell'))}
</section>
<section id="same"><h2>No difference seen</h2>
${folded(of('no difference seen'))}
</section>`
}
</main>`
  return page(faultlineVersion, `${verdict}: ${one.plan.name}, B beside A`, body)
}

const colours: Record<ComparedVerdict, string> = {
  worse: 'fail',
  better: 'pass',
  'no difference seen': 'pass',
  'cannot tell': 'unknown',
}

function sideLink(side: Side, out: string): Markup {
  const [only] = side.runs
  if (side.runs.length > 1 || !only) return html`${sideText(side)}`
  return html`<a href="${relative(out, only.directory)}/report.html">${sideText(side)}</a>`
}

function fieldsSection({ differ }: Comparison): Markup {
  const of = (what: string, fields: readonly FieldDifference[]) =>
    fields.map(({ path, a, b }) => [what, path, a, b])
  const rows = [
    ...of('plan, keeps them apart', differ.undue),
    ...of('plan, meant', differ.meant),
    ...of('plan, may differ', differ.harmless),
    ...of('environment', differ.environment),
  ]
  if (rows.length === 0) return html`<p>Plan and environment are the same.</p>`
  return table(['of', 'field', 'A', 'B'], rows)
}

/** Of several runs the first pair: curves of all of them would hide each other. */
async function overTime(one: ComparedRun, two: ComparedRun, { a, b, matching }: Comparison) {
  const other =
    matching === 'pairs' ? (b.runs.find(({ plan }) => plan.seed === one.plan.seed) ?? two) : two
  const several =
    a.runs.length + b.runs.length > 2 &&
    html`<p class="quiet">One run of each side: seed ${one.plan.seed} of A, seed ${other.plan.seed} of B.</p>`
  return html`${several}${await overlayFigure({ name: 'A', analysis: one.drawn }, { name: 'B', analysis: other.drawn })}`
}

const head = ['verdict', 'figure', 'where', 'A', 'B', 'B − A [95 %]', 'n', 'p']

const rowsTable = (rows: readonly ComparedRow[]): Markup =>
  table(
    head,
    rows.map((row) => [
      row.verdict,
      figureName(row),
      placeText(row),
      sideFigure(row, row.a),
      sideFigure(row, row.b),
      [differenceText(row), row.because].filter(Boolean).join('; '),
      row.countA === row.countB ? String(row.countA) : `${row.countA} / ${row.countB}`,
      chanceText(row),
    ]),
  )

/** After the correction for all rows. */
function chanceText({ corrected }: ComparedRow): string {
  if (corrected === undefined) return ''
  return corrected < 0.001 ? '< 0.001' : corrected.toFixed(3)
}

const folded = (rows: readonly ComparedRow[]): Markup =>
  rows.length === 0
    ? html`<p class="missing">None.</p>`
    : dataDetails(counted(rows.length, 'figure'), rowsTable(rows))
