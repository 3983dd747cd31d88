import type { Analysis, Curve } from '../../harness/model/finding.ts'
import { MS } from '../../harness/model/units.ts'
import { counted, durationText, percentileName, writtenText } from '../../harness/text/value.ts'
import { phaseText } from '../format.ts'
import { html, type Markup } from '../markup.ts'
import { how } from '../method.ts'
import { percentileOf, phaseNames, placeOf, rowsOf, tailOf, worstOf } from '../rows.ts'
import { axisOf, type Channel, channel, logDomain, logTicks } from './axes.ts'
import { draw, type Frame, type Layer, said } from './draw.ts'
import { stroke } from './legend.ts'
import { regionPen } from './palette.ts'
import { dataDetails, table } from './table.ts'

const RESPONSE = 'search.response'
const SERVICE = 'search.service'
const FACETS = 8
const POINTS = 200
/** What the table has of each curve. */
const columns = [
  ['p50', 0.5],
  ['p90', 0.9],
  ['p99', 0.99],
  ['p999', 0.999],
] as const
const LADDER = [0.5, 0.9, 0.99, 0.999, 0.9999]

const frame: Frame = { width: 272, height: 190, left: 50, right: 18, top: 8, bottom: 24 }

/** Place of a quantile on the axis of HDR plots: each step right is ten times rarer. */
const rarity = (q: number): number => Math.log10(1 / (1 - q))

/** Response against service by quantile: a small plot for each phase. */
export async function percentiles(analysis: Analysis): Promise<Markup> {
  const curves = analysis.curves.filter(
    ({ metric, phase, points }) =>
      (metric === RESPONSE || metric === SERVICE) && phase !== 'warmup' && points.length > 1,
  )
  if (curves.length === 0)
    return html`<p class="missing">Not measured: too few searches for a curve in any phase.</p>`
  const phases = phaseNames(analysis).filter((name) => curves.some(({ phase }) => phase === name))
  const shown = phases.slice(0, FACETS)
  const facets: Markup[] = []
  for (const phase of shown) facets.push(await facet(phase, curves, analysis))
  const regions = analysis.plan.regions.map(
    (region) => html`<span>${stroke(regionPen(analysis.plan.regions, region))} ${region}</span> `,
  )
  const more =
    phases.length > FACETS && html` ${counted(phases.length - FACETS, 'more phase')} in the table.`
  return html`<figure><p class="takeaway">${gapAnswer(analysis)} ${how('search.service')}${more}</p>
<p class="legend">${regions}<span class="quiet">response: thick · service: thin</span></p>
<div class="facets">${facets}</div>${curvesTable(curves, analysis)}<figcaption>Across: share of searches that were faster; each
mark is ten times rarer than the one before. Response counts from the intended start, service from the dispatch: the gap is time spent
waiting to be sent. A curve ends where its measured samples do.</figcaption></figure>`
}

async function facet(phase: string, curves: readonly Curve[], analysis: Analysis): Promise<Markup> {
  const all = curves.flatMap(({ points }) => points)
  const mostQ = all.reduce((most, [q]) => Math.max(most, q), 0.9)
  const ticks = LADDER.filter((q) => rarity(q) <= rarity(mostQ) + 1e-9)
  const domain = logDomain(withLimits(all, analysis), MS / 10)
  const x = channel(
    'x',
    { domain: [0, rarity(mostQ)] },
    axisOf(ticks.map((q) => ({ at: rarity(q), text: percentileName(q) }))),
  )
  const y = channel(
    'y',
    { type: 'log', domain },
    axisOf(logTicks(domain, 7).map((us) => ({ at: us, text: writtenText(us, 'us') }))),
  )
  const own = curves.filter((curve) => curve.phase === phase)
  const layers = [
    ...limitLayers(phase, analysis, { x, y }, domain),
    ...own.map((curve) => curveLayer(curve, analysis, { x, y }, domain)),
    toldLayer(own, analysis, { x, y }, { domain, mostQ }),
  ]
  const label = `Search response and service time by quantile, ${phaseText(phase)}`
  return html`<div><h3>${phase}</h3>${await draw(layers, frame, label)}</div>`
}

/** Values of all curves, and limits near enough to be seen beside them. */
function withLimits(points: readonly [number, number][], { plan }: Analysis): number[] {
  const values = points.map(([, us]) => us)
  const most = values.reduce((top, us) => Math.max(top, us), 0)
  const limits = plan.limits.filter(
    ({ metric, value }) => metric === RESPONSE && value <= most * 10,
  )
  return [...values, ...limits.map(({ value }) => value)]
}

type Axes = { x: Channel; y: Channel }

function curveLayer(
  { metric, region, points }: Curve,
  { plan }: Analysis,
  encoding: Axes,
  [low, high]: readonly [number, number],
): Layer {
  const { colour, dash } = regionPen(plan.regions, region)
  const every = Math.ceil(points.length / POINTS)
  const values = points
    .filter(([q, us], i) => (i % every === 0 || i === points.length - 1) && q < 1 && us >= 0)
    .map(([q, us]) => ({ x: rarity(q), y: Math.min(Math.max(us, low), high) }))
  const strong = metric === RESPONSE
  const mark = {
    type: 'line',
    color: colour,
    strokeDash: dash,
    strokeWidth: strong ? 2.2 : 1,
    opacity: strong ? 1 : 0.75,
  }
  return { data: { values }, mark, encoding }
}

/** The figures of the table, shown where somebody points at their place on a curve. */
function toldLayer(
  curves: readonly Curve[],
  analysis: Analysis,
  { x, y }: Axes,
  { domain: [low, high], mostQ }: { domain: readonly [number, number]; mostQ: number },
): Layer {
  const values = curves.flatMap(({ metric, region, phase }) => {
    const rows = rowsOf(analysis, metric === RESPONSE ? RESPONSE : SERVICE)
    const row = rows.find((one) => one.region === region && one.phase === phase)
    return columns.flatMap(([percentile, q]) => {
      const figure = row && q <= mostQ ? percentileOf(row, percentile) : undefined
      if (!figure) return []
      const what = metric === RESPONSE ? 'response' : 'service'
      const text = `${figure.atLeast ? '≥ ' : ''}${durationText(figure.value)}`
      const say = `${region} ${what} ${percentileName(q)}: ${text}`
      return [{ x: rarity(q), y: Math.min(Math.max(figure.value, low), high), say }]
    })
  })
  const mark = { type: 'point', color: 'currentColor', opacity: 0 }
  return { data: { values }, mark, encoding: { x, y, ...said } }
}

/** Each limit on a percentile in this phase: a short bar at its quantile, in the colour of its region if it has one. */
function limitLayers(
  phase: string,
  { plan }: Analysis,
  { x, y }: Axes,
  [, most]: readonly [number, number],
): Layer[] {
  const marks = new Map<string, { x: number; y: number; text: string; colour: string }>()
  for (const { metric, phase: only, region, stat, value } of plan.limits) {
    if (metric !== RESPONSE || (only !== null && only !== phase)) continue
    if (stat.kind !== 'quantile' || value > most) continue
    const colour = region === null ? 'currentColor' : regionPen(plan.regions, region).colour
    const at = { x: rarity(stat.q), y: value }
    const text = `${percentileName(stat.q)} limit`
    if (!marks.has(`${at.x} ${at.y}`)) marks.set(`${at.x} ${at.y}`, { ...at, text, colour })
  }
  return [...marks.values()].flatMap((mark): Layer[] => [
    {
      data: { values: [mark] },
      mark: { type: 'tick', orient: 'horizontal', size: 26, thickness: 2, color: mark.colour },
      encoding: { x, y },
    },
    {
      data: { values: [mark] },
      mark: { type: 'text', align: 'right', dx: -17, fontSize: 10, color: mark.colour },
      encoding: { x, y, text: { field: 'text' } },
    },
  ])
}

/** Where response and service are furthest apart, at the furthest percentile both have. */
function gapAnswer(analysis: Analysis): string {
  const services = rowsOf(analysis, SERVICE)
  const gaps = rowsOf(analysis, RESPONSE).flatMap((row) => {
    const response = tailOf(row)
    const same = services.find(({ region, phase }) => region === row.region && phase === row.phase)
    const service = response && same && percentileOf(same, response.percentile)
    return service ? [{ row, response, service, gap: response.value - service.value }] : []
  })
  const worst = worstOf(gaps, ({ gap }) => gap)
  if (!worst) return 'No phase has a percentile of both response and service.'
  const { row, response, service, gap } = worst
  if (gap < MS / 10)
    return 'No waiting before dispatch: response and service differ by less than 0.1 ms in every region and phase.'
  const where = `${placeOf(row)} ${phaseText(row.phase ?? 'the whole run')}`
  const long = `${response.atLeast ? 'at least ' : ''}${durationText(response.value)}`
  return `Largest gap: ${response.percentile} ${long} response against ${durationText(service.value)} service (${where}).`
}

function curvesTable(curves: readonly Curve[], analysis: Analysis): Markup {
  const rows = [RESPONSE, SERVICE].flatMap((metric) =>
    rowsOf(analysis, metric as 'search.response').filter(({ region, phase }) =>
      curves.some((curve) => curve.region === region && curve.phase === phase),
    ),
  )
  const texts = rows.map((row) => [
    row.metric,
    row.region ?? '',
    row.phase ?? '',
    ...columns.map(([percentile]) => {
      const figure = percentileOf(row, percentile)
      return figure ? `${figure.atLeast ? '≥ ' : ''}${durationText(figure.value)}` : ''
    }),
  ])
  return dataDetails(
    `Data, ${counted(rows.length, 'row')}`,
    table(['metric', 'region', 'phase', 'p50', 'p90', 'p99', 'p99.9'], texts, 3),
  )
}
