import { SECOND, type Us } from '../../harness/model/units.ts'
import { momentText } from '../../harness/text/value.ts'

export type Tick = { at: number; text: string }

/** At most about `count` round values from `low` to `high`, both included where they are round. */
export function linearTicks(low: number, high: number, count: number): number[] {
  const span = high - low
  if (!(span > 0)) return [low]
  const power = 10 ** Math.floor(Math.log10(span / count))
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => span / s <= count) ?? 10 * power
  const ticks: number[] = []
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++)
    ticks.push(Number((i * step).toPrecision(12)))
  return ticks
}

const steps = [1, 2, 5] as const

/** The largest of …, 0.5, 1, 2, 5, 10, … that is not above `value`, or the smallest not below it. */
function roundStep(value: number, side: 'below' | 'above'): number {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9)
  const around = [...steps.map((step) => step * power), 10 * power].map(clean)
  const found =
    side === 'below'
      ? around.findLast((at) => at <= value * (1 + 1e-9))
      : around.find((at) => at >= value * (1 - 1e-9))
  return found ?? value
}

const clean = (value: number): number => Number(value.toPrecision(12))

/** Round ends that hold all `values`; what is below `least` has no place on a log axis. */
export function logDomain(values: readonly number[], least: number): [number, number] {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (!Number.isFinite(value) || value < least) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (high === Number.NEGATIVE_INFINITY) return [least, least * 10]
  const ends: [number, number] = [roundStep(low, 'below'), roundStep(high, 'above')]
  return ends[1] > ends[0] ? ends : [ends[0], ends[0] * 10]
}

/** Round values of a log axis, at most about `most`: 1, 2, 5 a decade, else whole decades, else every other. */
export function logTicks([low, high]: readonly [number, number], most = 5): number[] {
  const decade = 10 ** Math.ceil(Math.log10(low) - 1e-9)
  const between = (factors: readonly number[], each: number): number[] => {
    const ticks: number[] = []
    for (let power = decade / 10; power <= high; power *= each)
      for (const factor of factors) ticks.push(clean(power * factor))
    return ticks.filter((at) => at >= low * (1 - 1e-9) && at <= high * (1 + 1e-9))
  }
  const choices = [between(steps, 10), between([1, 3], 10), between([10], 10), between([10], 100)]
  return choices.find((ticks) => ticks.length <= most) ?? between([10], 1000)
}

/** A stretch of time that an axis shows. */
export type TimeSpan = { startUs: Us; endUs: Us }

/** Where a moment lies in a stretch: 0 at its start, 1 at its end. */
export const placeIn = ({ startUs, endUs }: TimeSpan, us: Us): number =>
  (us - startUs) / (endUs - startUs)

/** Times of a run, in seconds as tables and read-outs have them. 0 is a tick if it is in the stretch. */
export function timeTicks({ startUs, endUs }: TimeSpan, count: number): Tick[] {
  const start = startUs / SECOND
  const end = endUs / SECOND
  const rounds = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 40, 60, 100, 200, 500, 1000, 2000, 5000, 10_000]
  const step = rounds.find((s) => (end - start) / s <= count) ?? end - start
  const ticks: Tick[] = []
  for (let i = Math.ceil(start / step - 1e-9); i * step <= end + 1e-9; i++) {
    const at = Number((i * step).toPrecision(12)) + 0
    ticks.push({ at, text: momentText(at * SECOND) })
  }
  return ticks
}

/** An axis whose ticks say exactly these texts. */
export function axisOf(
  ticks: readonly Tick[],
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  const texts = Object.fromEntries(ticks.map(({ at, text }) => [String(at), text]))
  return {
    values: ticks.map(({ at }) => at),
    labelExpr: `(${JSON.stringify(texts)})[datum.value]`,
    ...more,
  }
}

/** A position channel of vega-lite: a field of numbers on a scale that is exactly this. */
export const channel = (
  field: string,
  scale: { domain: readonly [number, number]; type?: 'log' },
  axis: ReturnType<typeof axisOf> | null,
) => ({
  field,
  type: 'quantitative',
  title: null,
  scale: { ...scale, nice: false, ...(scale.type !== 'log' && { zero: false }) },
  axis,
})

export type Channel = ReturnType<typeof channel>
