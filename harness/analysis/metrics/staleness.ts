import type { Us } from '../../model/units.ts'
import type { Facts } from '../facts/facts.ts'
import type { Op } from '../facts/op.ts'
import type { Versions } from '../facts/versions.ts'
import { type Cells, cellsBy } from './cells.ts'

/**
 * How long the oldest version a read returned had been superseded when the read was dispatched; 0 if all were
 * current. Of every search and fetch that returned anything, by region of the client and phase.
 */
export function measureStaleness({ history, versions, phaseOf }: Facts, cells: Cells): void {
  const by = (operation: string) =>
    cellsBy((region, phase) => cells.at({ metric: 'staleness', region, phase, operation }))
  const values = {
    search: by('search'),
    fetch: by('fetch'),
    upsert: by('upsert'),
    delete: by('delete'),
  }
  for (const op of history.ops) {
    if (op.outcome !== 'ok') continue
    const staleUs = stalenessOf(op, versions)
    if (staleUs === null) continue
    values[op.kind](op.region, phaseOf(op.intended)).add(staleUs)
  }
}

/** null if nothing that was returned is a known version. */
function stalenessOf(op: Op, versions: Versions): Us | null {
  const { dispatched, ids, writes } = op
  if (dispatched === null) return null
  let oldest: Us | null = null
  for (let i = 0; i < ids.length; i++) {
    const version = versions.get(ids[i] as number, writes[i] as number)
    if (version) oldest = Math.max(oldest ?? 0, dispatched - version.sup)
  }
  return oldest
}
