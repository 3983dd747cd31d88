import { type PointId, SENTINEL_ID } from '../../model/point.ts'
import { CallError } from '../../ports/errors.ts'

/**
 * What a store gave, without its sentinel. A store that has not loaded its data finds nothing and says so with success:
 * without the sentinel among the points nothing is known of those that are not there, and a definite CallError says so.
 */
export function loaded<P extends { id: PointId }>(points: readonly P[], store = 'the store'): P[] {
  const others = points.filter(({ id }) => id !== SENTINEL_ID)
  if (others.length < points.length) return others
  throw new CallError(`${store} has not loaded its data`, { definite: true })
}
