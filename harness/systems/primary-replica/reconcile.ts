import { type Change, SENTINEL_ID, type StoredPoint } from '../../model/point.ts'
import { type RegionName, SECOND } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { Terrain } from '../../ports/system.ts'
import type { Guard } from '../shared/guard.ts'
import type { Turns } from '../shared/turns.ts'
import { epochOf, type Fence } from './fence.ts'

const CALL = { op: 0, deadlineUs: 10 * SECOND }
const AT_ONCE = 200

export type Reconciling = {
  terrain: Terrain
  guard: Guard
  turns: Turns
  fence: Fence
  /** Puts a point where this region keeps it. */
  place: (point: StoredPoint) => StoredPoint
}

/**
 * Makes the own store equal to the primary's in all that was written before its epoch. What it has and this region has
 * not is brought; what this region has and it has not was never replicated: it is reported and goes, and what the
 * primary holds instead comes back.
 */
export async function reconcile(setting: Reconciling, primary: RegionName): Promise<void> {
  const { terrain, fence } = setting
  const { epoch } = fence
  const theirs = byId(await terrain.network.reach(primary).store.scan(CALL))
  const ours = byId(await terrain.store.scan(CALL))
  if (!theirs.has(SENTINEL_ID) || !ours.has(SENTINEL_ID))
    throw new CallError('a store has not loaded its data', { definite: true })
  const apart = new Set<number>()
  for (const [id, point] of ours)
    if (epochOf(point.stamp) < epoch && theirs.get(id)?.write !== point.write) apart.add(id)
  for (const [id, point] of theirs) if (ours.get(id)?.write !== point.write) apart.add(id)
  const ids = [...apart].sort((a, b) => a - b)
  for (let i = 0; i < ids.length; i += AT_ONCE) {
    const some = ids.slice(i, i + AT_ONCE)
    await setting.turns.take(some, () => settle(setting, some, theirs))
  }
  if (ids.length > 0) terrain.journal.repaired('delta', ids.length, primary)
}

const byId = (points: readonly StoredPoint[]) => new Map(points.map((point) => [point.id, point]))

async function settle(
  { terrain, guard, fence, place }: Reconciling,
  ids: readonly number[],
  theirs: Map<number, StoredPoint>,
): Promise<void> {
  const ours = byId(await guard.read(ids, CALL))
  const back: Change[] = []
  const gone: Change[] = []
  for (const id of ids) {
    const [mine, wanted] = [ours.get(id), theirs.get(id)]
    if (mine?.write === wanted?.write || isNewer(mine, wanted, fence.epoch)) continue
    if (mine && (!wanted || mine.stamp.counter > wanted.stamp.counter)) fence.refuse(mine)
    if (wanted) back.push(changeOf(place(wanted)))
    else if (mine && !mine.deleted)
      gone.push({ ...changeOf(mine), deleted: true, row: -1, dropped: true })
  }
  await guard.write([...back, ...gone], CALL)
  if (gone.length > 0) await forget(terrain, guard, gone)
}

/** Written under the new epoch after the primary was scanned: the log has brought it. */
const isNewer = (
  mine: StoredPoint | undefined,
  wanted: StoredPoint | undefined,
  epoch: number,
): boolean =>
  mine !== undefined &&
  epochOf(mine.stamp) >= epoch &&
  (!wanted || mine.stamp.counter > wanted.stamp.counter)

/** The tombstones have done their work once searches see them: nobody else knows these versions. */
async function forget(terrain: Terrain, guard: Guard, gone: readonly Change[]): Promise<void> {
  const ids = gone.map(({ id }) => id)
  await terrain.store.fetch(ids, 'strong', CALL)
  await terrain.store.purge(ids, CALL)
  guard.forget(ids)
}

const changeOf = (point: StoredPoint): Change => ({ ...point, origin: point.stamp.origin })
