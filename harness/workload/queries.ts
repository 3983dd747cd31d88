import { zipf } from '../base/laws.ts'
import type { Rng } from '../base/rng.ts'
import type { LoadPlan } from '../model/plan.ts'
import type { Row } from '../model/point.ts'
import type { Pool } from './pool.ts'

/** Part of the pool that queries are chosen from. */
export type QueryPool = Pick<Pool, 'queries' | 'popularity'>

/** Draws queries of a load by its law from `rng`, one a call. */
export function queryDraw({ queries }: LoadPlan, pool: QueryPool, rng: Rng): () => Row {
  if (queries.law === 'uniform') return () => rng.int(pool.queries)
  const rank = zipf(pool.queries, queries.exponent)
  return () => pool.popularity[rank(rng)] as Row
}
