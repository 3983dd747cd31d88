import type { StoredPoint } from '../model/point.ts'
import type { RecordEvent } from '../model/record.ts'
import type { Us } from '../model/units.ts'
import type { Call, VectorStore } from '../ports/store.ts'
import type { Terrain } from '../ports/system.ts'

/**
 * Wraps an agent's ports so that what it does is in the record whether it says so or not: every version its
 * store acknowledges, and every change it decides not to apply.
 */
export function observed(
  ports: Omit<Terrain, 'journal'>,
  incarnation: number,
  emit: (event: RecordEvent) => void,
  now: () => Us,
): Terrain {
  const { region, store } = ports
  const hop = (what: 'applied' | 'older' | 'duplicate', write: number, id: number) =>
    emit({ type: 'hop', t: now(), hop: what, region, write, id, incarnation })
  const applied =
    (write: VectorStore['upsert']) => async (points: readonly StoredPoint[], call: Call) => {
      await write(points, call)
      for (const point of points) hop('applied', point.write, point.id)
    }
  return {
    ...ports,
    store: { ...store, upsert: applied(store.upsert), remove: applied(store.remove) },
    journal: {
      skipped: (write, id, why) => hop(why, write, id),
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
