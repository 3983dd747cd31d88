import type { Analysis, FaultSpan } from '../../harness/model/finding.ts'
import { SECOND } from '../../harness/model/units.ts'
import { plural } from '../format.ts'
import type { Markup } from '../markup.ts'
import { bandLabel, bandLayers, CHAR_PX, type TimeAxis } from './bands.ts'
import { draw, type Frame, type Layer } from './draw.ts'

const ROW_PX = 20

type Bar = { fault: FaultSpan; row: number }

/** Faults in as few rows as they need so that no two overlap. */
function rowsOf(faults: readonly FaultSpan[], endUs: number): Bar[] {
  const free: number[] = []
  const sorted = [...faults].sort((a, b) => a.fromUs - b.fromUs || (a.name < b.name ? -1 : 1))
  return sorted.map((fault) => {
    const open = free.findIndex((us) => us <= fault.fromUs)
    const row = open === -1 ? free.length : open
    // A name beside its bar needs the room after it.
    free[row] = Math.max(fault.toUs, fault.fromUs + endUs / 4)
    return { fault, row }
  })
}

/** The head of the timeline: phases by name, and every fault as a bar with its canaries' confirmations. */
export async function drawStrip(analysis: Analysis, frame: Frame, time: TimeAxis): Promise<Markup> {
  const bars = rowsOf(
    analysis.faults.filter(({ fromUs }) => fromUs < time.endUs),
    time.endUs,
  )
  const rows = bars.length === 0 ? 0 : Math.max(...bars.map(({ row }) => row)) + 1
  const own = { ...frame, height: 18 + rows * ROW_PX }
  const layers = [
    ...bandLayers(analysis, own, time),
    phaseNames(analysis, own, time),
    ...bars.flatMap((bar) => barLayers(bar, own, time)),
  ]
  const about = `${plural(analysis.phases.length, 'phase')} and ${plural(analysis.faults.length, 'fault')} of the run on its time axis`
  return draw(layers, own, about)
}

/** Names of phases, each in the middle of its stretch, where it fits. */
function phaseNames(analysis: Analysis, frame: Frame, time: TimeAxis): Layer {
  const values = analysis.phases.map(({ name, fromUs, toUs }) => {
    const short = name.startsWith('recovery:')
      ? 'recovery'
      : name.startsWith('fault:')
        ? 'fault'
        : name
    const room = ((toUs - fromUs) / time.endUs) * frame.width
    const text = [name, short].find((one) => one.length * CHAR_PX <= room) ?? ''
    return { at: (fromUs + toUs) / 2 / SECOND, text }
  })
  return {
    data: { values },
    mark: { type: 'text', fontSize: 10, color: 'var(--quiet)' },
    encoding: { x: time.x('at'), y: { value: 8 }, text: { field: 'text' } },
  }
}

function barLayers({ fault, row }: Bar, frame: Frame, time: TimeAxis): Layer[] {
  const top = 18 + row * ROW_PX
  const toUs = Math.min(fault.toUs, time.endUs)
  const bar = { from: fault.fromUs / SECOND, to: toUs / SECOND }
  const open = fault.confirmedUs === null
  const rect = {
    data: { values: [bar] },
    mark: {
      type: 'rect',
      fill: open ? 'transparent' : 'var(--bar)',
      stroke: 'var(--bar)',
      strokeDash: open ? [3, 2] : [],
    },
    encoding: {
      x: time.x('from'),
      x2: { field: 'to' },
      y: { value: top + 2 },
      y2: { value: top + ROW_PX - 3 },
    },
  }
  return [rect, ...confirmations(fault, top, time), nameOf(fault, top, frame, time)]
}

/** When canaries saw the fault bite, and saw it gone. */
function confirmations(fault: FaultSpan, top: number, time: TimeAxis): Layer[] {
  const values = [fault.confirmedUs, fault.healConfirmedUs]
    .filter((us) => us !== null && us <= time.endUs)
    .map((us) => ({ at: (us as number) / SECOND }))
  if (values.length === 0) return []
  return [
    {
      data: { values },
      mark: { type: 'rule', color: 'currentColor', strokeWidth: 2 },
      encoding: {
        x: time.x('at'),
        y: { value: top },
        y2: { value: top + ROW_PX - 1 },
      },
    },
  ]
}

/** The label stands in its bar, else after it, else before it, shortened if it must be. */
function nameOf(fault: FaultSpan, top: number, frame: Frame, time: TimeAxis): Layer {
  const px = (us: number) => (Math.min(us, time.endUs) / time.endUs) * frame.width
  const from = px(fault.fromUs)
  const to = px(Math.max(fault.toUs, fault.healConfirmedUs ?? 0))
  const fits = (room: number) =>
    [bandLabel(fault), fault.name].find((text) => text.length * CHAR_PX + 14 <= room)
  const within = fits(px(fault.toUs) - from)
  const after = fits(frame.width - to)
  const before = fits(from)
  const place =
    within !== undefined
      ? { x: from, dx: 7, align: 'left', text: within }
      : after !== undefined
        ? { x: to, dx: 5, align: 'left', text: after }
        : { x: from, dx: -5, align: 'right', text: before ?? fault.name }
  return {
    data: { values: [{ text: place.text }] },
    mark: { type: 'text', align: place.align, dx: place.dx, color: 'currentColor' },
    encoding: {
      x: { value: place.x },
      y: { value: top + ROW_PX / 2 },
      text: { field: 'text' },
    },
  }
}
