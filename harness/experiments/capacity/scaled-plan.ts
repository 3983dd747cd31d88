import type { OfferedRate } from '../../model/capacity.ts'
import { UsageError } from '../../model/errors.ts'
import { closedLoops } from '../../model/load-notes.ts'
import { fetchesPerSec, type LoadPlan, loadName, type Plan } from '../../model/plan.ts'

/** The plan with the rates of all classes times `factor`: the mix stays, and so does the shape of arrivals. */
export const scaledPlan = (plan: Plan, factor: number, seed: number): Plan => ({
  ...plan,
  seed,
  load: plan.load.map((load) => scaledLoad(load, factor)),
})

const scaledLoad = (load: LoadPlan, factor: number): LoadPlan => ({
  ...load,
  searchPerSec: load.searchPerSec * factor,
  upsertPerSec: load.upsertPerSec * factor,
  deletePerSec: load.deletePerSec * factor,
  fetchPerSec: load.fetchPerSec * factor,
})

/** What a plan offers per second; fetches of own writes are operations too. */
export function offeredRate({ load }: Pick<Plan, 'load'>): OfferedRate {
  let [perSec, searchPerSec] = [0, 0]
  for (const one of load) {
    searchPerSec += one.searchPerSec
    perSec += one.searchPerSec + one.upsertPerSec + one.deletePerSec + fetchesPerSec(one)
  }
  return { perSec, searchPerSec }
}

/** A plan of which no highest rate can be found. Throws a UsageError that says why, and what to write. */
export function checkScalable(plan: Plan, file: string): void {
  const [loop] = closedLoops(plan)
  if (loop)
    throw new UsageError(
      `${file}: searches of ${loadName(loop)} come from a closed loop, which has no rate to raise: it asks as fast as it is ` +
        'answered, and hides the waiting. Give it a rate, e.g. search: 60/s.',
    )
  if (plan.operations)
    throw new UsageError(
      `${file} lists its operations one by one, so there is no rate to raise. Give the scenario.`,
    )
  if (plan.limits.length === 0)
    throw new UsageError(
      `${file} sets no limits: the highest rate that keeps all of none is no figure. ` +
        'Write some, e.g. limits: [{ metric: search.response, p: 99, max: 40ms }].',
    )
}

/** What has to be known of the load to read a rate. */
export function shapeNotes({ load }: Pick<Plan, 'load'>): string[] {
  const shaped = load.filter(({ arrivals }) => !['poisson', 'constant'].includes(arrivals.kind))
  if (shaped.length === 0) return []
  return [
    `Arrivals change in the course of the run (${shaped.map(loadName).join(', ')}): rates are those at 100 %.`,
  ]
}
