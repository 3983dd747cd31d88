import { z } from 'zod'
import type { Arrivals, Plan } from '../../model/plan.ts'
import type { Us } from '../../model/units.ts'
import { durationText, rateText } from '../shown/figures.ts'
import { about, optional } from '../yaml/about.ts'
import type { Path, Sheet } from '../yaml/document.ts'
import { patternOf, quantity, readQuantity } from '../yaml/quantity.ts'

/** What a stage leads to: operations per second, or a share of the rates of its load. */
type Target = { perSec: number } | { factor: number }

const targetHint = 'Write a rate such as 50/s, or a share of the rates of this load such as 25%.'

export const targetSchema = z
  .union(
    [
      z.string().meta({
        examples: ['50/s', '25%'],
        pattern: `(${patternOf('rate')})|(${patternOf('share')})`,
      }),
      z.number(),
    ],
    {
      error: 'expected a rate such as 50/s or a share such as 25%',
    },
  )
  .transform((raw, ctx): Target => {
    const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(String(raw).trim())
    if (percent) return { factor: Math.round((Number(percent[1]) / 100) * 1e12) / 1e12 }
    const reading = readQuantity('rate', raw)
    if ('value' in reading) return { perSec: reading.value }
    ctx.addIssue({ code: 'custom', message: reading.wrong, params: { hint: targetHint } })
    return z.NEVER
  })
  .meta({ description: 'operations per second (50/s), or a share of the rates of the load (25%)' })

const length = quantity('duration', { above: 0 })

/** Arrivals in stages, as k6 writes them. */
export const stagesSchema = z
  .array(
    z.strictObject({
      target: about(targetSchema, 'the rate at the end of the stage, reached in a straight line'),
      for: optional(length, 'how long the stage lasts'),
      duration: optional(length, 'the same as for, in the word of k6'),
    }),
  )
  .min(1)
export type StagesWritten = { from?: Target; stages: z.output<typeof stagesSchema> }

/** Rates of a load per second, as far as they are written. */
type RatesWritten = Partial<Record<'search' | 'upsert' | 'delete' | 'fetch', unknown>>

type Load = { written: RatesWritten; stages: StagesWritten; timeline: Plan['timeline'] | null }

/** Stages as multiples of the rates of their load. Reports what cannot be meant, at `path` of the arrivals. */
export function resolveStages(sheet: Sheet, path: Path, load: Load): Arrivals {
  const { written, stages, timeline } = load
  const before = sheet.problems.length
  const lengths = stages.stages.map((stage, i) => lengthOf(sheet, [...path, 'stages', i], stage))
  const rates = ratesOf(written)
  const [rate] = rates
  const targets = [stages.from ?? { perSec: 0 }, ...stages.stages.map(({ target }) => target)]
  const named = targets.some((one) => 'perSec' in one && one.perSec > 0)
  if (named && rates.length > 1) {
    const kinds = rates.map(({ kind }) => kind).join(' and ')
    sheet.report([...path, 'stages'], {
      message: `this load has rates for ${kinds}, and a stage with a rate as its target does not name one of them`,
      hint: 'Write each target as a share of all its rates, such as 25%, or give each operation a load of its own.',
    })
  }
  const factors = targets.map((one) => factorOf(one, rate?.perSec ?? 0))
  const highest = Math.max(...factors)
  if (highest === 0)
    sheet.report([...path, 'stages'], {
      message: 'no stage has a target above 0, so no operations arrive',
      hint: 'Give one of them a target above 0.',
    })
  else if (rate && named && sheet.problems.length === before)
    checkHighest(sheet, path, rate, highest)
  if (timeline) checkLength(sheet, path, lengths, timeline)
  return {
    kind: 'stages',
    startUs: timeline?.warmupUs ?? 0,
    from: factors[0] as number,
    stages: lengths.map((forUs, i) => ({ target: factors[i + 1] as number, forUs })),
  }
}

/** A stage says once how long it is, in either word. */
function lengthOf(sheet: Sheet, path: Path, stage: StagesWritten['stages'][number]): Us {
  const { for: forUs, duration } = stage
  if (forUs !== undefined && duration !== undefined)
    sheet.report([...path, 'duration'], {
      message: 'a stage has one length, and this one has "for" and "duration"',
      hint: 'Take one of them out.',
      at: 'key',
    })
  else if (forUs === undefined && duration === undefined)
    sheet.report(path, {
      message: 'a stage needs a length',
      hint: 'Write { target: 50/s, for: 30s }.',
    })
  return forUs ?? duration ?? 0
}

type Rate = { kind: 'search' | 'upsert' | 'delete' | 'fetch'; perSec: number }

const ratesOf = (load: RatesWritten): Rate[] =>
  (['search', 'upsert', 'delete', 'fetch'] as const).flatMap((kind) => {
    const perSec = load[kind]
    return typeof perSec === 'number' && perSec > 0 ? [{ kind, perSec }] : []
  })

function factorOf(target: Target, perSec: number): number {
  if ('factor' in target) return target.factor
  return perSec === 0 ? 0 : target.perSec / perSec
}

/** A rate beside stages is the one they reach at their highest: another would be a value that nothing uses. */
function checkHighest(sheet: Sheet, path: Path, { kind, perSec }: Rate, highest: number): void {
  if (Math.abs(highest - 1) < 1e-9) return
  const reached = rateText(highest * perSec)
  sheet.report([...path, 'stages'], {
    message: `the highest stage reaches ${reached}, and ${kind} says ${rateText(perSec)}`,
    hint: `Write ${kind}: ${reached}: beside stages it is the highest rate they reach.`,
  })
}

function checkLength(
  sheet: Sheet,
  path: Path,
  lengths: readonly Us[],
  { runUs }: Plan['timeline'],
): void {
  const lengthUs = lengths.reduce((sum, us) => sum + us, 0)
  if (lengthUs <= runUs) return
  sheet.report([...path, 'stages'], {
    message: `the stages last ${durationText(lengthUs)}, and arrivals end ${durationText(runUs)} after warm-up`,
    hint: `Shorten them, or write timeline: { run: ${durationText(lengthUs)} }.`,
  })
}
