import type { Distribution } from '../../base/histogram.ts'
import type { WriteId } from '../../model/point.ts'
import type { Us } from '../../model/units.ts'
import type { Facts } from '../facts/facts.ts'
import { type Cells, cellsBy } from './cells.ts'

/**
 * From the acknowledgement of each write until at least n of the regions that are to hold it have it, or something
 * later in its place: hop `on-2`, `on-3` … up to all of them; by region of the gateway and phase of the
 * acknowledgement. Negative where the acknowledgement waited for them. What has not happened by the end of the record is
 * a lower bound.
 */
export function measureReplicas(facts: Facts, cells: Cells): void {
  const { history, versions, phaseOf, settled } = facts
  const times = new Map<WriteId, Us[]>()
  for (const { version, atUs } of settled) {
    const own = times.get(version.write)
    if (own) own.push(atUs)
    else times.set(version.write, [atUs])
  }
  const byHop = new Map<number, (region: string, phase: string) => Distribution>()
  const cellsOn = (n: number) => {
    const known =
      byHop.get(n) ??
      cellsBy((region, phase) => cells.at({ metric: 'replicas', region, phase, hop: `on-${n}` }))
    byHop.set(n, known)
    return known
  }
  for (const op of history.ops) {
    if (op.outcome !== 'ok' || op.done === null || !versions.get(op.id, op.op)) continue
    const own = (times.get(op.op) ?? []).sort((a, b) => a - b)
    for (let n = 2; n <= own.length; n++) {
      const values = cellsOn(n)(op.gateway, phaseOf(op.done))
      const us = own[n - 1] as Us
      if (us === Number.POSITIVE_INFINITY) values.addBound(history.endUs - op.done)
      else values.add(us - op.done)
    }
  }
}
