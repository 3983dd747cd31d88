import { Rng } from '../base/rng.ts'
import { type LoadPlan, loadName, type Plan } from '../model/plan.ts'
import type { Row } from '../model/point.ts'
import { type QueryPool, queryDraw } from './queries.ts'

/** One client of a closed loop. What it asks is planned, one query after the other; only when it asks is not. */
export type ClosedClient = {
  load: LoadPlan
  client: string
  /** Begins the client's queries: each call of what it returns gives the next one, the same in every run of a plan. */
  queries: () => () => Row
}

/** The clients of all closed loops; none in a plan that lists its operations, which has those and no others. */
export function closedClients(plan: Plan, pool: QueryPool): ClosedClient[] {
  if (plan.operations) return []
  return plan.load
    .filter(({ closedLoop }) => closedLoop !== undefined)
    .flatMap((load) =>
      Array.from({ length: load.clients }, (_, number) => {
        const client = `${loadName(load)}/${number}`
        const stream = `load/${client}/closed`
        const queries = () => queryDraw(load, pool, new Rng(plan.seed).fork(stream))
        return { load, client, queries }
      }),
    )
}
