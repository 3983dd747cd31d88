import type { StoredPoint } from '../../model/point.ts'
import { type RegionName, SECOND } from '../../model/units.ts'
import type { Network } from '../../ports/network.ts'
import type { Call, ReadableStore } from '../../ports/store.ts'
import { loaded } from './loaded.ts'

const CALL: Call = { op: 0, deadlineUs: 20 * SECOND }
/** Points of one fetch. */
const CHUNK = 500

/**
 * Brings what another region's store holds into this one: a list of all versions, then the points with their vectors,
 * all of them or only those that are not the same here. Gives how many it fetched.
 */
export async function copyStore(
  { network, store }: { network: Network; store: ReadableStore },
  from: RegionName,
  which: 'all' | 'different',
  merge: (points: readonly StoredPoint[]) => Promise<void>,
): Promise<number> {
  const there = network.reach(from).store
  const here = which === 'all' ? [] : await store.scan(CALL)
  const known = new Map(here.map(({ id, write }) => [id, write]))
  const ids = loaded(await there.scan(CALL), `the store of ${from}`)
    .filter(({ id, write }) => known.get(id) !== write)
    .map(({ id }) => id)
    .sort((a, b) => a - b)
  for (let i = 0; i < ids.length; i += CHUNK)
    await merge(await there.fetch(ids.slice(i, i + CHUNK), 'strong', CALL))
  return ids.length
}
