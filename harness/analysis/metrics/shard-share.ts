import type { MetricRow } from '../../model/metric.ts'
import type { Facts } from '../facts/facts.ts'

/**
 * The largest share that one shard had of the acknowledged writes of a region's users, by phase of the intended time;
 * shards as the system placed points when the run began. No rows where there is only one.
 */
export function shardRows({ history, layout, phaseOf }: Facts): MetricRow[] {
  if (layout.shards < 2) return []
  const places = new Map<string, { region: string; phase: string; shards: Map<number, number> }>()
  for (const { kind, outcome, region, intended, id, row } of history.ops) {
    if (outcome !== 'ok' || (kind !== 'upsert' && kind !== 'delete')) continue
    const phase = phaseOf(intended)
    const key = `${region}|${phase}`
    const place = places.get(key) ?? { region, phase, shards: new Map<number, number>() }
    places.set(key, place)
    const shard = layout.shardOf(id, kind === 'upsert' ? row : -1)
    place.shards.set(shard, (place.shards.get(shard) ?? 0) + 1)
  }
  return [...places.values()].map(({ region, phase, shards }): MetricRow => {
    const counts = [...shards.values()]
    const count = counts.reduce((sum, one) => sum + one, 0)
    const value = Math.max(...counts) / count
    return { metric: 'shard-share', unit: 'ratio', region, phase, count, value }
  })
}
