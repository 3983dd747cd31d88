import type { MetricRow } from '../../model/metric.ts'
import { changeBytes } from '../../model/point.ts'
import type { Facts } from '../facts/facts.ts'

/** Bytes on all links, and bytes of the acknowledged writes that they are held against. */
type Amplification = { linkBytes: number; writeBytes: number; writes: number }

/** null if links were not counted, nothing was acknowledged, or nobody said how large a vector is. */
export function amplificationOf({ history, dim }: Facts): Amplification | null {
  if (history.linkBytes.length === 0 || dim === null) return null
  const linkBytes = history.linkBytes.reduce((sum, { bytes }) => sum + bytes, 0)
  let writeBytes = 0
  let writes = 0
  for (const { kind, outcome } of history.ops) {
    if (outcome !== 'ok' || (kind !== 'upsert' && kind !== 'delete')) continue
    writes++
    writeBytes += changeBytes({ deleted: kind === 'delete' }, dim)
  }
  return writes === 0 ? null : { linkBytes, writeBytes, writes }
}

/** How many bytes crossed links, users' own included, for each byte of an acknowledged write; over the whole run. */
export function amplificationRows(facts: Facts): MetricRow[] {
  const found = amplificationOf(facts)
  if (!found) return []
  const { linkBytes, writeBytes, writes } = found
  const value = linkBytes / writeBytes
  return [{ metric: 'amplification', unit: 'factor', count: writes, value }]
}
