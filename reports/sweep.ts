import type { PointResult, SweepResult } from '../harness/model/sweep.ts'
import { sweepCharts } from './charts/sweep.ts'
import { html, type Markup } from './markup.ts'
import { chartMarks, page } from './page.ts'
import { scrollArea } from './scroll-area.ts'
import { sweepSentences } from './sweep-sentence.ts'
import { figureText } from './sweep-table.ts'
import { icon, severity, verdictMark } from './verdict.ts'

/** sweep.html: what the sweep found, the table that compares the points, and a chart for each figure. */
export async function sweepPage(result: SweepResult): Promise<string> {
  const { scenario, seed, world, question, notes, faultline, points } = result
  const verdict = verdictOf(points)
  const body = html`<header class="${verdict}">
<p class="kicker"><span>Faultline ${faultline}</span><span class="badge">${world === 'sim' ? 'simulated: times are modelled' : 'measured on real servers'}</span></p>
<h1>${scenario}: ${String(points.length)} points side by side</h1>
<p class="verdict-line">${icon(verdict)}<span>${sweepSentences(points).join(' ')}</span></p>
<p class="question">${question}</p>
${notes.map((note) => html`<p class="warning">${note}</p>`)}
</header>
<main>
<section id="points"><h2>Points</h2>
${pointsTable(points)}
<p class="quiet">The number of a point leads to its whole report. Seed ${String(seed)} for all.</p>
</section>
<section id="charts"><h2>Figures</h2>
${await sweepCharts(result)}
</section>
</main>`
  return page(faultline, `${scenario}: a sweep (seed ${seed})`, body, [chartMarks()])
}

/** Of what is stated whether it came out so, else the worst of all points. */
function verdictOf(points: readonly PointResult[]): PointResult['verdict'] {
  const stated = points.flatMap(({ unmet }) => (unmet === undefined ? [] : [unmet]))
  if (stated.length > 0) return stated.every(({ length }) => length === 0) ? 'pass' : 'fail'
  const [worst = 'unknown'] = points
    .map(({ verdict }) => verdict)
    .sort((a, b) => severity[a] - severity[b])
  return worst
}

/** More columns than this do not fit a page: then points stand beside each other, if they are fewer. */
const MOST_COLUMNS = 9

/** One column of the table: a figure or a setting of every point. */
type Property = { title: string; cell: (point: PointResult) => Markup; figure?: true }

function pointsTable(points: readonly PointResult[]): Markup {
  const properties = propertiesOf(points)
  const turned = properties.length > MOST_COLUMNS && points.length < properties.length
  const label = 'Points of the sweep side by side'
  if (turned)
    return scrollArea(
      label,
      html`<table class="words-1"><tbody>${properties.map(({ title, cell }, i) => html`<tr><th scope="row">${title}</th>${points.map((point) => (i === 0 ? html`<th scope="col" class="n">${cell(point)}</th>` : html`<td>${cell(point)}</td>`))}</tr>\n`)}</tbody></table>`,
    )
  return scrollArea(
    label,
    html`<table><thead><tr>${properties.map(({ title, figure }) => html`<th scope="col"${figure && html` class="n"`}>${title}</th>`)}</tr></thead>
<tbody>${points.map((point) => html`<tr>${properties.map(({ cell, figure }) => html`<td${figure && html` class="n"`}>${cell(point)}</td>`)}</tr>\n`)}</tbody></table>`,
  )
}

function propertiesOf(points: readonly PointResult[]): Property[] {
  const [first] = points
  if (!first) return []
  const stated = points.some(({ unmet }) => unmet !== undefined)
  const reportOf = ({ directory }: PointResult) =>
    `${directory.split('/').at(-1) ?? ''}/report.html`
  return [
    {
      title: 'point',
      cell: (point) => html`<a href="${reportOf(point)}">${String(point.number)}</a>`,
    },
    ...Object.keys(first.at).map((path) => ({
      title: path,
      cell: ({ at }: PointResult) => html`${at[path] ?? ''}`,
    })),
    { title: 'verdict', cell: ({ verdict }) => verdictMark(verdict) },
    ...(stated ? [{ title: 'as stated', cell: statedCell }] : []),
    ...first.figures.map(({ title }, i) => ({
      title,
      cell: ({ figures }: PointResult) => html`${figures[i] ? figureText(figures[i]) : ''}`,
      figure: true as const,
    })),
  ]
}

const statedCell = ({ unmet }: PointResult): Markup =>
  html`${unmet === undefined ? '' : unmet.length === 0 ? 'yes' : `no: ${unmet.join('; ')}`}`
