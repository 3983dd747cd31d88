import type { Analysis, FaultSpan } from '../../harness/model/finding.ts'
import { SECOND } from '../../harness/model/units.ts'
import { whereLabel } from '../format.ts'
import { type Channel, placeIn, type TimeSpan } from './axes.ts'
import type { Frame, Layer } from './draw.ts'

/** The time axis all panels share, in seconds from the end of warm-up. */
export type TimeAxis = TimeSpan & { x: (field: string) => Channel }

/** Mean width of a character of the small text, with room to spare for wide fonts. */
export const CHAR_PX = 6

export const bandLabel = ({ name, where, confirmedUs }: FaultSpan): string =>
  `${name}: ${whereLabel(where)}${confirmedUs === null ? ' (not confirmed)' : ''}`

const seconds = (us: number): number => us / SECOND

/** Where the run was not under load, and where something was wrong: behind everything, through the whole height. */
export function bandLayers(analysis: Analysis, frame: Frame, time: TimeAxis): Layer[] {
  const through = { y: { value: -frame.top }, y2: { value: frame.height + frame.bottom } }
  const spans = (values: { from: number; to: number }[], mark: Record<string, unknown>): Layer[] =>
    values.length === 0
      ? []
      : [
          {
            data: { values },
            mark: { type: 'rect', ...mark },
            encoding: { x: time.x('from'), x2: { field: 'to' }, ...through },
          },
        ]
  const quiet = analysis.phases
    .filter(({ name }) => name === 'warmup' || name === 'settle')
    .map(({ fromUs, toUs }) => ({ from: seconds(fromUs), to: seconds(toUs) }))
  const faults = analysis.faults
    .filter(({ fromUs, toUs }) => toUs > fromUs && fromUs < time.endUs)
    .map(({ fromUs, toUs, confirmedUs }) => ({
      from: seconds(fromUs),
      to: seconds(Math.min(toUs, time.endUs)),
      seen: confirmedUs !== null,
    }))
  const edges = faults.flatMap(({ from, to }) => [{ at: from }, { at: to }])
  const rules = {
    data: { values: edges },
    mark: { type: 'rule', color: 'var(--band-edge)', strokeDash: [3, 3], strokeWidth: 1 },
    encoding: { x: time.x('at'), ...through },
  }
  return [
    ...spans(quiet, { color: 'var(--shade)' }),
    ...spans(
      faults.filter(({ seen }) => seen),
      { color: 'var(--band)' },
    ),
    ...(edges.length > 0 ? [rules] : []),
  ]
}

/** Names of bands above a panel, each where there is room for it before the next one. */
export function bandNames(analysis: Analysis, frame: Frame, time: TimeAxis): Layer[] {
  const px = (us: number) => placeIn(time, us) * frame.width
  const sorted = [...analysis.faults]
    .filter(({ fromUs }) => fromUs < time.endUs)
    .sort((a, b) => a.fromUs - b.fromUs || (a.name < b.name ? -1 : 1))
  const values = sorted.flatMap(({ name, fromUs }, i) => {
    const next = sorted[i + 1]
    const room = (next ? px(next.fromUs) : frame.width) - px(fromUs)
    return name.length * CHAR_PX + 8 <= room ? [{ from: seconds(fromUs), text: name }] : []
  })
  if (values.length === 0) return []
  const mark = { type: 'text', align: 'left', dx: 5, fontSize: 10, color: 'var(--band-ink)' }
  return [
    {
      data: { values },
      mark,
      encoding: { x: time.x('from'), y: { value: -6 }, text: { field: 'text' } },
    },
  ]
}
