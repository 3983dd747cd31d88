import { linearRegression, linearRegressionLine, median } from 'simple-statistics'
import type { CapacityOutcome, Forecast, ForecastLevel, ForecastOf } from '../../model/capacity.ts'
import type { LoadPlan, Plan } from '../../model/plan.ts'

/** Levels that are searched, as multiples of what the scenario has; 1 is the search itself. */
export const LEVELS: readonly number[] = [0.5, 1, 1.5, 2]

/** A forecast whose held-out levels are further off than this is not one to plan by: the median, and the worst. */
const MEDIAN_OFF = 0.1
const WORST_OFF = 0.2

/**
 * The plan as it would be with `times` as many points, or, seen from one region, `times` as many regions: where every region
 * applies all writes one more region is no more searches for it and its share more of writes. Fetches of own writes stay
 * what they were. Links and their delays are not part of it.
 */
export function levelPlan(plan: Plan, of: ForecastOf, times: number): Plan {
  if (of === 'points')
    return { ...plan, data: { ...plan.data, base: Math.round(plan.data.base * times) } }
  const withWrites = (load: LoadPlan): LoadPlan => ({
    ...load,
    upsertPerSec: load.upsertPerSec * times,
    deletePerSec: load.deletePerSec * times,
    fetchOwn: Math.min(1, load.fetchOwn / times),
  })
  return { ...plan, load: plan.load.map(withWrites) }
}

/** The middle of a bracket, null where there is none. */
export const middleOf = (outcome: CapacityOutcome): number | null =>
  outcome.kind === 'bracketed' ? Math.sqrt(outcome.keeps * outcome.fails) : null

/**
 * What factor is kept at `target` times what the scenario has. Of a server that a search or a write occupies for a time of
 * its own, and that breaks its limit at some share of use, 1 ÷ factor is a straight line in the number of writes or
 * points: it is fitted to the levels. Each level is held out once, and predicted from the others: how far off that is,
 * predicted ÷ measured − 1, is what the forecast is worth. Null with fewer than three levels, or where the line says
 * that nothing is kept at all.
 */
export function forecastOf(
  of: ForecastOf,
  measured: readonly { times: number; factor: number }[],
  target: { times: number; count: number },
): Forecast | null {
  if (measured.length < 3) return null
  const factor = predicted(measured, target.times)
  const own = target.count / target.times
  const levels = measured.map((one): ForecastLevel => {
    const heldOut = predicted(
      measured.filter((other) => other !== one),
      one.times,
    )
    const count = own * one.times
    return {
      ...one,
      count,
      ...(heldOut !== null && { heldOut, error: rounded(heldOut / one.factor - 1) }),
    }
  })
  const errors = levels.map(({ error }) => Math.abs(error ?? Number.POSITIVE_INFINITY))
  if (factor === null) return null
  const most = Math.max(...measured.map(({ times }) => times))
  return {
    ...{ of, count: target.count, times: target.times, factor, levels },
    ...{ medianError: median(errors), worstError: Math.max(...errors) },
    fits: median(errors) <= MEDIAN_OFF && Math.max(...errors) <= WORST_OFF,
    beyond: target.times > most,
  }
}

/** What lies beyond these digits is the arithmetic's own. */
const rounded = (share: number): number => Number(share.toFixed(6)) + 0

function predicted(
  levels: readonly { times: number; factor: number }[],
  times: number,
): number | null {
  const points = levels.map((one) => [one.times, 1 / one.factor])
  const inverse = linearRegressionLine(linearRegression(points))(times)
  return inverse > 0 ? 1 / inverse : null
}
