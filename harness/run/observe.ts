import type { StoredPoint } from '../model/point.ts'
import type { RecordEvent } from '../model/record.ts'
import type { Us } from '../model/units.ts'
import { CallError } from '../ports/errors.ts'
import type { Call, Collections, VectorStore } from '../ports/store.ts'
import type { Terrain } from '../ports/system.ts'
import type { AgentPorts } from '../ports/world.ts'

/**
 * Wraps an agent's ports so that what it does is in the record whether it says so or not: every version its
 * store acknowledges, and every change it decides not to apply.
 */
export function observed(
  { aliased, ...ports }: AgentPorts,
  incarnation: number,
  emit: (event: RecordEvent) => void,
  now: () => Us,
): Terrain {
  const { region, store } = ports
  const hop = (
    what: 'older' | 'duplicate' | 'again' | 'unanswered',
    write: number,
    id: number,
    tie?: boolean,
  ) =>
    emit({
      type: 'hop',
      ...{ t: now(), hop: what, region, write, id, incarnation },
      ...(tie && { tie }),
    })
  const acknowledged = ({ write, id, shard, dropped }: StoredPoint) =>
    emit({
      type: 'hop',
      ...{ t: now(), hop: 'applied', region, write, id, incarnation },
      ...(shard !== undefined && { shard }),
      ...(dropped && { dropped }),
    })
  const unanswered = ({ write, id }: StoredPoint) => hop('unanswered', write, id)
  const watched = watching(aliased, acknowledged, unanswered)
  const { collections } = ports
  return {
    ...ports,
    store: watched(store),
    ...(collections && { collections: observedCollections(collections, watched) }),
    journal: {
      skipped: (write, id, why, tie) => hop(why, write, id, tie),
      tombstonesForgotten: (ids, writes) =>
        emit({ type: 'tombstones', t: now(), region, ids: [...ids], writes: [...writes] }),
      epoch: (what, epoch, write, id) =>
        emit({
          type: 'epoch',
          ...{ t: now(), region, what, epoch },
          ...(write !== undefined && { write }),
          ...(id !== undefined && { id }),
        }),
      repaired: (how, points, from) =>
        emit({
          type: 'repair',
          t: now(),
          region,
          how,
          points,
          ...(from !== undefined && { from }),
        }),
      mode: (what) => emit({ type: 'mode', t: now(), region, what }),
      figure: (figure, value) => emit({ type: 'figure', t: now(), region, figure, value }),
    },
  }
}

const observedCollections = (
  collections: Collections,
  watched: (store: VectorStore, name: string) => VectorStore,
): Collections => ({ ...collections, open: (name) => watched(collections.open(name), name) })

/**
 * Tells of every version a store was given: acknowledged, or without an answer. A call goes to the collection the alias
 * points at as it begins; what was served when it ended is what counts.
 */
function watching(
  aliased: (() => string) | undefined,
  acknowledged: (point: StoredPoint) => void,
  unanswered: (point: StoredPoint) => void,
) {
  const applied =
    (write: VectorStore['upsert'], name?: string) =>
    async (points: readonly StoredPoint[], call: Call) => {
      const to = name ?? aliased?.()
      const tell = (what: (point: StoredPoint) => void) => {
        if (to === aliased?.()) for (const point of points) what(point)
      }
      try {
        await write(points, call)
      } catch (error) {
        if (error instanceof CallError && !error.definite) tell(unanswered)
        throw error
      }
      tell(acknowledged)
    }
  return <S extends VectorStore>(store: S, name?: string): S => ({
    ...store,
    upsert: applied(store.upsert, name),
    remove: applied(store.remove, name),
  })
}
