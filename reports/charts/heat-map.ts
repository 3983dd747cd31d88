import type { Analysis, Series } from '../../harness/model/finding.ts'
import { SECOND, type Us } from '../../harness/model/units.ts'
import {
  counted,
  countText,
  measuredText,
  momentText,
  percentText,
  writtenText,
} from '../../harness/text/value.ts'
import { html, type Markup } from '../markup.ts'
import { how } from '../method.ts'
import { axisOf, channel, logDomain, logTicks, type TimeSpan } from './axes.ts'
import { bandLayers } from './bands.ts'
import { draw, type Frame, type Layer } from './draw.ts'
import { patch } from './legend.ts'
import { stepOf } from './lines.ts'
import { roomOf, timeAxis } from './panel.ts'
import { dataDetails, table } from './table.ts'

const LEVELS = 5
const REGIONS = 9
const UNANSWERED = 'unanswered'

const frame: Frame = { width: 276, height: 110, left: 50, right: 14, top: 12, bottom: 20 }

/** Searches of a region that took between `low` and `high` µs; both endless for those nobody answered. */
type Row = { region: string; low: Us; high: Us; points: readonly (readonly [Us, number])[] }

/** How many searches took how long, over time: a map for each region. Nothing where no search has an intended start. */
export async function heatMaps(analysis: Analysis, span: TimeSpan): Promise<Markup | false> {
  const rows = analysis.series.filter(({ chart }) => chart === 'heat').map(rowOf)
  if (rows.length === 0) return false
  const most = Math.max(...rows.flatMap(({ points }) => points.map(([, count]) => count)))
  const answered = rows.filter(({ high }) => Number.isFinite(high))
  const domain = logDomain(
    answered.flatMap(({ low, high }) => [low, high]),
    1,
  )
  const regions = analysis.plan.regions.filter((region) =>
    rows.some((row) => row.region === region),
  )
  const maps: Markup[] = []
  for (const region of regions.slice(0, REGIONS)) {
    const own = rows.filter((row) => row.region === region)
    const drawing = await map(region, own, { analysis, span, domain, most })
    maps.push(html`<div><h4>${region}</h4>${drawing}</div>`)
  }
  return html`<div class="panel"><h3>Searches by response <small>how many took how long, by intended start, log scale</small></h3>
<p class="takeaway">${heatAnswer(rows)} ${how('search.response')}</p><p class="legend">${legend(most, rows)}</p>
<div class="facets">${maps}</div>${heatTable(rows.filter(({ region }) => regions.includes(region)))}</div>`
}

function rowOf({ key, line, points }: Series): Row {
  const [low = Number.POSITIVE_INFINITY, high = Number.POSITIVE_INFINITY] =
    line === UNANSWERED ? [] : line.replace('us', '').split('-').map(Number)
  return { region: key, low, high, points }
}

/** Fewest searches of a level; each level holds the same ratio of counts. */
const leastOf = (level: number, most: number): number => Math.ceil((most + 1) ** (level / LEVELS))

const levelOf = (count: number, most: number): number => {
  let level = 0
  while (level < LEVELS - 1 && count >= leastOf(level + 1, most)) level++
  return level
}

function legend(most: number, rows: readonly Row[]): Markup {
  const levels = Array.from({ length: LEVELS }, (_, level) => {
    const low = leastOf(level, most)
    const high = level === LEVELS - 1 ? most : leastOf(level + 1, most) - 1
    if (high < low) return false
    const range = low === high ? countText(low) : `${countText(low)} to ${countText(high)}`
    return html`<span>${patch(`var(--h${level + 1})`)} ${range}</span> `
  })
  const unanswered =
    rows.some(({ high }) => !Number.isFinite(high)) &&
    html`<span>${patch('var(--fail)')} on top: not answered</span>`
  return html`${levels}${unanswered}<span class="quiet">searches in one cell</span>`
}

type Shared = {
  analysis: Analysis
  span: TimeSpan
  domain: readonly [number, number]
  most: number
}

function map(
  region: string,
  rows: readonly Row[],
  { analysis, span, domain, most }: Shared,
): Promise<Markup> {
  const time = timeAxis(span, 'small', 'bottom')
  const step = stepOf(rows) / SECOND
  const width = Number.isFinite(step) ? step : 1
  const ticks = logTicks(domain, 5).map((at) => ({ at, text: writtenText(at, 'us') }))
  const y = channel('low', { type: 'log', domain }, axisOf(ticks))
  const cells = rows.flatMap(({ low, high, points }) =>
    points.map(([us, count]) => ({ from: us / SECOND, to: us / SECOND + width, low, high, count })),
  )
  const rects = (
    values: typeof cells,
    color: string,
    vertical: Record<string, unknown>,
  ): Layer[] =>
    values.length === 0
      ? []
      : [
          {
            data: { values },
            mark: { type: 'rect', color },
            encoding: { x: time.x('from'), x2: { field: 'to' }, ...vertical },
          },
        ]
  const known = cells.filter(({ high }) => Number.isFinite(high))
  const layers = [
    ...bandLayers(analysis, frame, time),
    ...Array.from({ length: LEVELS }, (_, level) =>
      rects(
        known.filter(({ count }) => levelOf(count, most) === level),
        `var(--h${level + 1})`,
        { y, y2: { field: 'high' } },
      ),
    ).flat(),
    ...rects(
      cells
        .filter(({ high }) => !Number.isFinite(high))
        .map(({ from, to }) => ({ from, to })) as typeof cells,
      'var(--fail)',
      { y: { value: -9 }, y2: { value: -3 } },
    ),
  ]
  const label = `Searches of ${region} by response and time`
  return draw(layers, frame, label, { ...roomOf(frame), 'data-key': region })
}

const totalOf = (rows: readonly Row[]): number =>
  rows.reduce((sum, { points }) => points.reduce((all, [, count]) => all + count, sum), 0)

/** Where most searches lie, and how many are far above. */
function heatAnswer(rows: readonly Row[]): string {
  const all = totalOf(rows)
  const answered = rows.filter(({ high }) => Number.isFinite(high))
  const lows = [...new Set(answered.map(({ low }) => low))]
  const [fullest] = lows
    .map((low) => ({ low, count: totalOf(answered.filter((row) => row.low === low)) }))
    .sort((a, b) => b.count - a.count || a.low - b.low)
  const none = totalOf(rows) - totalOf(answered)
  const lost = none > 0 ? ` ${counted(none, 'search', 'searches')} had no answer.` : ''
  if (!fullest) return `No search was answered.${lost}`
  const high = answered.find(({ low }) => low === fullest.low)?.high ?? fullest.low
  const slow = totalOf(answered.filter(({ low }) => low >= high * 2))
  const text = measuredText({ low: fullest.low, high }, 'us')
  return `Of ${counted(all, 'search', 'searches')} ${percentText(fullest.count / all)} took ${text}; ${percentText(slow / all)} took more than twice that.${lost}`
}

function heatTable(rows: readonly Row[]): Markup {
  const times = [...new Set(rows.flatMap(({ points }) => points.map(([us]) => us)))].sort(
    (a, b) => a - b,
  )
  const head = rows.map(({ region, low, high }) =>
    Number.isFinite(high)
      ? `${region} ${measuredText({ low, high }, 'us')}`
      : `${region} not answered`,
  )
  const counts = rows.map(({ points }) => new Map(points))
  const cells = times.map((us) => [
    momentText(us),
    ...counts.map((count) => (count.has(us) ? countText(count.get(us) ?? 0) : '')),
  ])
  const seconds = times.map((us) => us / SECOND)
  return dataDetails(
    `Data, ${counted(times.length, 'stretch', 'stretches')} of time`,
    table(['from', ...head], cells, 1, seconds),
  )
}
