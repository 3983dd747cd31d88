import type { AlertOutcome } from '../../harness/model/alert.ts'
import type { Analysis } from '../../harness/model/finding.ts'
import { SECOND, type Us } from '../../harness/model/units.ts'
import { counted, momentText } from '../../harness/text/value.ts'
import { html, type Markup } from '../markup.ts'
import type { TimeSpan } from './axes.ts'
import { bandLayers, bandNames, type TimeAxis } from './bands.ts'
import { draw, type Layer } from './draw.ts'
import { frames, roomOf, spanOf, timeAxis, type Width } from './panel.ts'
import { dataDetails, table } from './table.ts'

/** Room at the left of the axis, and for the names of faults. */
const LEFT = 14
const NAMES_PX = 18
const ROW_PX = 32
const BAR_TOP = 15
const BAR_PX = 12

/** Whatever is more is in the table only. */
const ROWS = 40
/** Rows of the table under the drawing. */
const MOMENTS = 400

/** A row for each rule over the bands of the faults: outlined while pending, filled while firing. Moments count from the end of warm-up. */
export async function drawAlerts(
  analysis: Analysis,
  alerts: readonly AlertOutcome[],
): Promise<Markup> {
  const span = spanOf(analysis)
  const shown = alerts.slice(0, ROWS)
  const drawing = (width: Width) => {
    const { width: plot, left } = frames[width]
    const wide = { ...frames[width], left: LEFT, width: plot + left - LEFT }
    const frame = { ...wide, top: 20, bottom: 6, height: NAMES_PX + shown.length * ROW_PX }
    const time = timeAxis(span, width, 'top')
    const layers = [
      ...bandLayers(analysis, { ...frame, top: 0 }, time),
      ...bandNames(analysis, frame, time).map(lowered),
      ...shown.flatMap((outcome, row) => rowLayers(outcome, NAMES_PX + row * ROW_PX, time, span)),
    ]
    return draw(layers, frame, label(width), { ...roomOf(frame), 'data-holds': '' })
  }
  return html`<div class="panel"><div class="wide">${await drawing('wide')}</div><div class="narrow">${await drawing('narrow')}</div>${statesTable(shown, span)}</div>`
}

/** What each alert was from each moment on at which one of them changed. */
function statesTable(alerts: readonly AlertOutcome[], span: TimeSpan): Markup {
  const changes = alerts.flatMap(({ episodes }) =>
    episodes.flatMap(({ activeUs, firedUs, endedUs }) => [activeUs, firedUs, endedUs]),
  )
  const times = [...new Set([span.startUs, ...changes.filter((us) => us !== null)])].sort(
    (a, b) => a - b,
  )
  const shown = times.slice(0, MOMENTS)
  const rows = shown.map((us) => [momentText(us), ...alerts.map((outcome) => stateAt(outcome, us))])
  const head = ['from', ...alerts.map(({ rule }) => rule.alert)]
  const seconds = shown.map((us) => us / SECOND)
  const which = `${shown.length < times.length ? `the first ${shown.length} of ` : ''}${counted(times.length, 'moment')}`
  return dataDetails(`Data, ${which} at which an alert changed`, table(head, rows, 'all', seconds))
}

/** Of several series of one alert the gravest. */
function stateAt({ cannotTell, episodes }: AlertOutcome, us: Us): string {
  if (cannotTell !== null) return 'cannot tell'
  const on = episodes.filter(
    ({ activeUs, endedUs }) => activeUs <= us && (endedUs === null || us < endedUs),
  )
  const firing = on.filter(({ firedUs }) => firedUs !== null && firedUs <= us)
  if (firing.some(({ wrong }) => wrong)) return 'firing wrongly'
  if (firing.length > 0) return 'firing'
  return on.length > 0 ? 'pending' : 'silent'
}

const label = (width: Width): string =>
  `When each alert was pending and firing, over the bands of the faults; ${width}`

/** Names of faults stand above the plot, where the axis is: below it here. */
const lowered = (layer: Layer): Layer => ({
  ...layer,
  encoding: { ...(layer['encoding'] as Layer), y: { value: 9 } },
})

function rowLayers(
  { rule, cannotTell, episodes }: AlertOutcome,
  top: number,
  time: TimeAxis,
  span: TimeSpan,
): Layer[] {
  const wrong = episodes.some((episode) => episode.wrong)
  const fired = episodes.some(({ firedUs }) => firedUs !== null)
  const state = wrong ? 'fired wrongly' : fired ? 'fired' : 'silent'
  const text = `${rule.alert}: ${cannotTell === null ? state : 'cannot tell'}`
  const until = (us: Us | null) => us ?? span.endUs
  const pending = episodes.flatMap(({ activeUs, firedUs, endedUs }) =>
    firedUs === activeUs ? [] : [{ from: activeUs, to: until(firedUs ?? endedUs) }],
  )
  const firing = (wrongly: boolean) =>
    episodes.flatMap(({ firedUs, endedUs, wrong: own }) =>
      firedUs === null || own !== wrongly ? [] : [{ from: firedUs, to: until(endedUs) }],
    )
  return [
    ...bars(pending, top, time, { fill: 'transparent', stroke: 'var(--c1)' }),
    ...bars(firing(false), top, time, { fill: 'var(--c1)', stroke: 'var(--c1)' }),
    ...bars(firing(true), top, time, { fill: 'var(--fail)', stroke: 'var(--fail)' }),
    {
      data: { values: [{ text }] },
      mark: { type: 'text', align: 'left', baseline: 'top', dx: 2, color: 'currentColor' },
      encoding: { x: { value: 0 }, y: { value: top + 1 }, text: { field: 'text' } },
    },
  ]
}

function bars(
  stretches: readonly { from: Us; to: Us }[],
  top: number,
  time: TimeAxis,
  look: { fill: string; stroke: string },
): Layer[] {
  if (stretches.length === 0) return []
  const values = stretches.map(({ from, to }) => ({ from: from / SECOND, to: to / SECOND }))
  return [
    {
      data: { values },
      mark: { type: 'rect', strokeWidth: 1.2, ...look },
      encoding: {
        x: time.x('from'),
        x2: { field: 'to' },
        y: { value: top + BAR_TOP },
        y2: { value: top + BAR_TOP + BAR_PX },
      },
    },
  ]
}
