import { exitCodes } from '../../analysis/limits/judge.ts'
import { metrics } from '../../model/metric.ts'
import { type GatedSeries, whyRed } from './gated-series.ts'
import type { Night, NightFigure, NightHistory } from './history.ts'
import { medianOf, type Strictness, trendOf } from './trend.ts'

/** A metric that got worse for good. Nothing else exits with it. */
export const REGRESSED = 4

export type Gate = {
  night: Night
  /** Nights that compare with the last, that included. */
  nights: number
  /** Why the night before does not compare; absent if it does, or there is none. */
  begins?: string
  series: GatedSeries[]
  exitCode: number
  because: string
}

/** What the last night of a history means, seen from the nights before it. Throws an Error if there is none. */
export function gateOf(history: NightHistory, strictness: Strictness): Gate {
  const night = history.nights.at(-1)
  if (!night) throw new Error('a history has at least one night')
  const nights = history.nights.filter(({ series }) => series === night.series)
  const keys = new Map(
    nights.flatMap(({ figures }) => figures).map((one) => [`${one.what}|${one.where}`, one]),
  )
  const series = [...keys.values()].map((one) => gated(one, nights, history, strictness))
  const begins = beginsBecause(history.nights.at(-2), night)
  return {
    night,
    nights: nights.length,
    ...(begins !== null && { begins }),
    series,
    ...conclusion(night, series, nights.length, strictness),
  }
}

function gated(
  { what, where, metric }: NightFigure,
  nights: readonly Night[],
  { acceptances, quarantines }: NightHistory,
  strictness: Strictness,
): GatedSeries {
  const isThis = (one: { what?: string | undefined; where?: string | undefined }) =>
    (one.what === undefined || one.what === what) &&
    (one.where === undefined || one.where === where)
  const since = acceptances
    .filter(isThis)
    .reduce((last, one) => (one.since > last ? one.since : last), '')
  const own = nights.filter(({ night }) => night >= since)
  const last = own.at(-1)?.night ?? ''
  const kept = quarantines.filter((one) => isThis(one) && one.until >= last).at(-1)
  const runs = own.map(({ figures }) => figures.find(isThis)?.values ?? [])
  const { unit, better } = metrics[metric]
  return {
    ...{ what, where, metric, values: runs.map(medianOf) },
    trend: trendOf(runs, { unit, better }, strictness),
    nights: own.map(({ night }) => night),
    ...(kept && { quarantined: { until: kept.until, why: kept.why } }),
  }
}

function beginsBecause(before: Night | undefined, night: Night): string | null {
  if (!before || before.series === night.series) return null
  return before.machine === night.machine
    ? `The scenario differs from that of ${before.night}: nights before do not compare.`
    : `This machine (${night.machine}) is not that of ${before.night} (${before.machine}): nights there do not compare.`
}

/** Whether a figure is missing that most nights before had: some, as of a short recovery, come and go. */
const isMissed = ({ trend, values, quarantined }: GatedSeries): boolean => {
  const before = values.slice(0, -1)
  const known = before.filter((value) => value !== null).length
  return trend.state === 'no data' && !quarantined && known * 2 > before.length
}

/** A run that is wrong in itself outranks a change; a night without data is never green. */
function conclusion(
  { runs }: Night,
  series: readonly GatedSeries[],
  nights: number,
  strictness: Strictness,
): Pick<Gate, 'exitCode' | 'because'> {
  const wrong = runs.find(({ verdict }) => verdict === 'fail')
  if (wrong) return { exitCode: wrong.exitCode, because: `Seed ${wrong.seed}: ${wrong.because}` }
  const red = whyRed(series, strictness)
  if (red !== null) return { exitCode: REGRESSED, because: red }
  const dark = runs.filter(({ verdict }) => verdict !== 'pass')
  const [first] = dark
  if (first && dark.length * 2 >= runs.length)
    return {
      exitCode: exitCodes.unknown,
      because: `No data: ${dark.length} of ${runs.length} runs are ${first.verdict}. Seed ${first.seed}: ${first.because}`,
    }
  const without = series.filter(isMissed)
  if (without.length > 0 || series.length === 0)
    return {
      exitCode: exitCodes.unknown,
      because:
        series.length === 0
          ? 'No data: no run measured anything that is compared.'
          : `No data on ${without.map(({ what, where }) => `${what} (${where})`).join(', ')}, which earlier nights have.`,
    }
  if (nights < strictness.learn)
    return {
      exitCode: exitCodes.pass,
      because: `Learning: ${nights} of ${strictness.learn} nights. Until then only the limits of the scenario can turn a night red; they held.`,
    }
  return { exitCode: exitCodes.pass, because: 'No metric got worse for good.' }
}
