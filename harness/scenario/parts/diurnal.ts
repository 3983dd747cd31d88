import { z } from 'zod'
import type { Arrivals, Plan } from '../../model/plan.ts'
import type { Us } from '../../model/units.ts'
import { durationText, shareText } from '../shown/figures.ts'
import { about, optional } from '../yaml/about.ts'
import type { Path, Sheet } from '../yaml/document.ts'
import { quantity } from '../yaml/quantity.ts'

const length = quantity('duration', { above: 0 })

/** A load that goes up and down once a day, or once in a shorter time that stands for a day. */
export const diurnalSchema = z.strictObject({
  period: about(length, 'how long a day is; a run of minutes takes a short one'),
  low: optional(quantity('share'), 'the lowest rate, as a share of the rates of the load', '20%'),
  peakAt: optional(
    quantity('duration'),
    'when the rates of the load are reached, counted from the end of warm-up; by default half a period, so that the load begins at its lowest',
  ),
})
type DiurnalWritten = z.output<typeof diurnalSchema>

const LOW = 0.2
const STEPS = 24
/** 200 days: nobody looks at more of them in one run. */
const MOST_LINES = 4_800

const [root2, root3, root6] = [Math.sqrt(2), Math.sqrt(3), Math.sqrt(6)]
/** Cosines of 0, 15, … 90 degrees by roots alone: these come out the same on every machine. */
const cosines = [1, (root6 + root2) / 4, root3 / 2, root2 / 2, 0.5, (root6 - root2) / 4, 0]

/** The cosine of `step` × 15 degrees. */
function cosineAt(step: number): number {
  const around = ((step % STEPS) + STEPS) % STEPS
  const half = around > 12 ? STEPS - around : around
  return half > 6 ? -(cosines[12 - half] as number) : (cosines[half] as number)
}

/**
 * Straight lines along a raised cosine, 24 of them a day: low + (1 − low) × (1 + cos) ÷ 2, which is 1 at the peak. In
 * warm-up the day has already begun.
 */
export function resolveDiurnal(
  sheet: Sheet,
  path: Path,
  { period, low = LOW, peakAt = period / 2 }: DiurnalWritten,
  timeline: Plan['timeline'] | null,
): Arrivals {
  const { warmupUs = 0, runUs = 0 } = timeline ?? {}
  if (low >= 1)
    sheet.report([...path, 'low'], {
      message: `the lowest rate is ${shareText(low)} of the rates of this load, so that they are no peak`,
      hint: 'Write a share below 100%, or leave diurnal out.',
    })
  const days = Math.ceil((warmupUs + runUs) / period)
  if (days * STEPS > MOST_LINES)
    sheet.report([...path, 'period'], {
      message: `a day of ${durationText(period)} passes ${days} times in this run`,
      hint: `Write a period of ${durationText(Math.ceil((warmupUs + runUs) / (MOST_LINES / STEPS)))} or more.`,
    })
  const factorAt = (step: number): number =>
    Math.round((low + ((1 - low) * (1 + cosineAt(step))) / 2) * 1e6) / 1e6
  // Steps are counted from a peak; the first line begins at or before the start of warm-up.
  const stepUs = period / STEPS
  const first = Math.floor(-(warmupUs + peakAt) / stepUs)
  const before = -(warmupUs + peakAt) - first * stepUs
  const between = factorAt(first) + ((factorAt(first + 1) - factorAt(first)) * before) / stepUs
  const stages: { target: number; forUs: Us }[] = []
  const lines = sheet.problems.length > 0 ? 0 : Math.ceil((warmupUs + runUs) / stepUs) + 1
  let atUs = 0
  for (let i = 1; i <= lines; i++) {
    const endUs = Math.round(i * stepUs - before)
    stages.push({ target: factorAt(first + i), forUs: endUs - atUs })
    atUs = endUs
  }
  return {
    kind: 'stages',
    startUs: 0,
    from: Math.round(between * 1e6) / 1e6,
    stages,
    shape: `a day of ${durationText(period)}: ${shareText(low)} of the rates at its lowest, 100% at ${durationText(peakAt)} and every ${durationText(period)} from there`,
  }
}
