import type { Analysis, FaultSpan } from '../../harness/model/finding.ts'
import { SECOND } from '../../harness/model/units.ts'
import { counted } from '../../harness/text/value.ts'
import type { Markup } from '../markup.ts'
import { placeIn } from './axes.ts'
import { bandLabel, bandLayers, CHAR_PX, type TimeAxis } from './bands.ts'
import { draw, type Frame, type Layer } from './draw.ts'
import { roomOf } from './panel.ts'

const ROW_PX = 20

/** A fault on its row, and where its name stands. */
type Bar = { fault: FaultSpan; row: number; name: Name }
type Name = { text: string; x: number; dx: number; align: 'left' | 'right' }
type Extent = { from: number; to: number }

/** Faults in as few rows as they need so that neither bars nor names meet. */
function barsOf(faults: readonly FaultSpan[], frame: Frame, time: TimeAxis): Bar[] {
  const free: number[] = []
  const sorted = [...faults].sort((a, b) => a.fromUs - b.fromUs || (a.name < b.name ? -1 : 1))
  return sorted.map((fault) => {
    const px = (us: number) => placeIn(time, Math.min(us, time.endUs)) * frame.width
    const name = nameOf(fault, px, frame)
    const length = name.text.length * CHAR_PX + 8
    const said: Extent =
      name.align === 'left'
        ? { from: name.x, to: name.x + length }
        : { from: name.x - length, to: name.x }
    const from = Math.min(px(fault.fromUs), said.from)
    const open = free.findIndex((taken) => taken <= from)
    const row = open === -1 ? free.length : open
    free[row] = Math.max(px(fault.toUs), said.to)
    return { fault, row, name }
  })
}

/** In the bar, else after it, else before it; short where the whole name fits nowhere. */
function nameOf(fault: FaultSpan, px: (us: number) => number, frame: Frame): Name {
  const from = px(fault.fromUs)
  const to = px(fault.toUs)
  const after = px(Math.max(fault.toUs, fault.healConfirmedUs ?? 0))
  const short = fault.confirmedUs === null ? `${fault.name} (not confirmed)` : fault.name
  for (const text of [bandLabel(fault), short]) {
    const length = text.length * CHAR_PX + 14
    if (length <= to - from) return { text, x: from, dx: 7, align: 'left' }
    if (length <= frame.width - after) return { text, x: after, dx: 5, align: 'left' }
    if (length <= from) return { text, x: from, dx: -5, align: 'right' }
  }
  const room = Math.max(frame.width - after, from) - 20
  const text = `${short.slice(0, Math.max(1, Math.floor(room / CHAR_PX)))}…`
  return frame.width - after >= from
    ? { text, x: after, dx: 5, align: 'left' }
    : { text, x: from, dx: -5, align: 'right' }
}

/** The head of the timeline: phases by name, and every fault as a bar with its canaries' confirmations. */
export async function drawStrip(analysis: Analysis, frame: Frame, time: TimeAxis): Promise<Markup> {
  const shown = analysis.faults.filter(({ fromUs }) => fromUs < time.endUs)
  const bars = barsOf(shown, frame, time)
  const rows = bars.length === 0 ? 0 : Math.max(...bars.map(({ row }) => row)) + 1
  const own = { ...frame, height: 18 + rows * ROW_PX }
  const layers = [
    ...bandLayers(analysis, own, time),
    phaseNames(analysis, own, time),
    ...bars.flatMap((bar) => barLayers(bar, time)),
  ]
  const about = `${counted(analysis.phases.length, 'phase')} and ${counted(analysis.faults.length, 'fault')} of the run on its time axis`
  return draw(layers, own, about, { ...roomOf(own), 'data-overview': '' })
}

/** Names of phases, each in the middle of its stretch, where it fits. */
function phaseNames(analysis: Analysis, frame: Frame, time: TimeAxis): Layer {
  const values = analysis.phases.map(({ name, fromUs, toUs }) => {
    const short = name.startsWith('recovery:')
      ? 'recovery'
      : name.startsWith('fault:')
        ? 'fault'
        : name
    const room = (placeIn(time, toUs) - placeIn(time, fromUs)) * frame.width
    const text = [name, short].find((one) => one.length * CHAR_PX <= room) ?? ''
    return { at: (fromUs + toUs) / 2 / SECOND, text }
  })
  return {
    data: { values },
    mark: { type: 'text', fontSize: 10, color: 'var(--quiet)' },
    encoding: { x: time.x('at'), y: { value: 8 }, text: { field: 'text' } },
  }
}

function barLayers({ fault, row, name }: Bar, time: TimeAxis): Layer[] {
  const top = 18 + row * ROW_PX
  const toUs = Math.min(fault.toUs, time.endUs)
  const bar = { from: fault.fromUs / SECOND, to: toUs / SECOND }
  const open = fault.confirmedUs === null
  const rect = {
    data: { values: [bar] },
    mark: {
      type: 'rect',
      fill: open ? 'transparent' : 'var(--bar)',
      stroke: open ? 'var(--band-edge)' : 'var(--bar)',
      strokeDash: open ? [3, 2] : [],
    },
    encoding: {
      x: time.x('from'),
      x2: { field: 'to' },
      y: { value: top + 2 },
      y2: { value: top + ROW_PX - 3 },
    },
  }
  return [rect, ...confirmations(fault, top, time), nameLayer(name, top)]
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

function nameLayer({ text, x, dx, align }: Name, top: number): Layer {
  return {
    data: { values: [{ text }] },
    mark: { type: 'text', align, dx, color: 'currentColor' },
    encoding: { x: { value: x }, y: { value: top + ROW_PX / 2 }, text: { field: 'text' } },
  }
}
