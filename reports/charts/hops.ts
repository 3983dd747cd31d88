import type { Analysis } from '../../harness/model/finding.ts'
import type { MetricRow } from '../../harness/model/metric.ts'
import { counted, durationText } from '../../harness/text/value.ts'
import { phaseText } from '../format.ts'
import { html, type Markup } from '../markup.ts'
import { how } from '../method.ts'
import { type Figure, percentileOf, phaseNames, placeOf, rowsOf, worstOf } from '../rows.ts'
import { logDomain } from './axes.ts'
import { type Facet, hopLabel, hopPlot, LEAST, type Mark, rank, WHOLE } from './hop-plot.ts'
import { patch } from './legend.ts'
import { phaseColour } from './palette.ts'
import { dataDetails, table } from './table.ts'

const FACETS = 12
const PHASES = 6
/** Lag by hop: a small plot for each link, and for each region where writes enter. */
export async function hops(analysis: Analysis): Promise<Markup> {
  const phases = phaseNames(analysis)
    .filter((name) => name !== 'warmup' && name !== 'settle')
    .slice(0, PHASES)
  const facets = facetsOf(analysis, phases)
  if (facets.length === 0)
    return html`<p class="missing">Not measured: no acknowledged write had another region to go to, or too few of them.</p>`
  const shown = [...facets]
    .sort((a, b) => tailOf(b) - tailOf(a) || (a.place < b.place ? -1 : 1))
    .slice(0, FACETS)
  const drawn = facets.filter((facet) => shown.includes(facet))
  const used = phases.filter((phase) =>
    drawn.some(({ marks }) => marks.some((m) => m.phase === phase)),
  )
  const domain = logDomain(valuesOf(drawn), LEAST)
  const plots: Markup[] = []
  for (const one of drawn) plots.push(await hopPlot(one, used, domain))
  const more =
    facets.length > FACETS &&
    ` ${facets.length - FACETS} others did better and are in the table of measurements.`
  const below = valuesOf(drawn).filter((value) => value < LEAST).length
  const edge =
    below > 0 &&
    ` ${counted(below, 'figure')} below ${durationText(LEAST)} stand on the left edge; a hop may be negative.`
  return html`<figure><p class="takeaway">${hopAnswer(drawn)} ${how('lag')}${more}</p>
<p class="legend">${used.map((phase) => html`<span>${patch(phaseColour(phase))} ${phase}</span> `)}<span class="quiet">p50: full dot · p99: ring (p90 where a p99 needs more samples) · lower bound: triangle</span></p>
<div class="facets">${plots}</div>${hopsTable(drawn)}<figcaption>Each hop is the time between two events of one write, on one true clock.
A hop that was not seen has no mark.${edge}</figcaption></figure>`
}

function facetsOf(analysis: Analysis, phases: readonly string[]): Facet[] {
  const facets = new Map<string, Facet>()
  for (const row of rowsOf(analysis, 'lag')) {
    const mark = markOf(row)
    if (!mark || !phases.includes(mark.phase)) continue
    const place = row.link === undefined ? `writes entering ${placeOf(row)}` : placeOf(row)
    const facet = facets.get(place) ?? { place, marks: [] }
    facet.marks.push(mark)
    facets.set(place, facet)
  }
  return [...facets.values()]
}

function markOf(row: MetricRow): Mark | undefined {
  if (row.phase === undefined) return undefined
  const p50 = percentileOf(row, 'p50')
  const tail = percentileOf(row, 'p99') ?? percentileOf(row, 'p90')
  return p50 || tail ? { hop: row.hop ?? WHOLE, phase: row.phase, p50, tail } : undefined
}

const figuresOf = ({ marks }: Facet): Figure[] =>
  marks.flatMap(({ p50, tail }) => [p50, tail].filter((figure) => figure !== undefined))

const valuesOf = (facets: readonly Facet[]): number[] =>
  facets.flatMap((facet) => figuresOf(facet).map(({ value }) => value))

const tailOf = (facet: Facet): number =>
  figuresOf(facet).reduce((most, { value }) => Math.max(most, value), Number.NEGATIVE_INFINITY)

/** Which hop is the longest when things go wrong. */
function hopAnswer(facets: readonly Facet[]): string {
  const single = facets.flatMap(({ place, marks }) =>
    marks.flatMap((mark) =>
      mark.hop !== WHOLE && mark.tail ? [{ place, mark, ...mark.tail }] : [],
    ),
  )
  const worst = worstOf(single, ({ value }) => value)
  if (!worst) return 'Only the whole way was measured, no single hop.'
  const { mark, place, value, atLeast } = worst
  return `Slowest hop: ${hopLabel(mark.hop)} on ${place}, ${atLeast ? 'at least ' : ''}${durationText(value)} in its tail ${phaseText(mark.phase)}.`
}

function hopsTable(facets: readonly Facet[]): Markup {
  const text = (figure: Figure | undefined) =>
    figure ? `${figure.atLeast ? '≥ ' : ''}${durationText(figure.value)}` : ''
  const rows = facets.flatMap(({ place, marks }) =>
    [...marks]
      .sort((a, b) => rank(a.hop) - rank(b.hop))
      .map(({ hop, phase, p50, tail }) => [place, hopLabel(hop), phase, text(p50), text(tail)]),
  )
  return dataDetails(
    `Data, ${counted(rows.length, 'row')}`,
    table(['where', 'hop', 'phase', 'p50', 'p99 (or p90)'], rows, 3),
  )
}
