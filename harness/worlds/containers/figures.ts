import type { Plan } from '../../model/plan.ts'
import type { RegionName } from '../../model/units.ts'
import { groupLag } from '../adapters/kafka-admin.ts'
import type { Address } from '../adapters/message-wire.ts'
import type { Ground } from './ground.ts'
import type { Figure } from './housekeeping.ts'
import { mirrored } from './probes.ts'

/** Gauges of Milvus that tell how far behind it is, and what it holds. */
const GAUGES = [
  'milvus_proxy_tt_lag_ms',
  'milvus_querynode_consume_tt_lag_ms',
  'milvus_querynode_entity_num',
]
const METRICS_WITHIN_MS = 2_000
/** The group every system's applier reads its topics as. */
const APPLIER = 'applier'

/** What there is to ask the servers of all regions about themselves. */
export function figuresOf(
  plan: Plan,
  topics: readonly string[],
  ground: Ground,
): (() => Promise<Figure[]>)[] {
  return plan.regions.flatMap((region) => {
    const others = plan.regions.filter((other) => other !== region)
    const copies = others.flatMap((from) => topics.map((topic) => mirrored(from, topic)))
    const { kafka, storeHealth } = ground.topology.region(region)
    return [
      () => ofStore(ground, region),
      ...(storeHealth ? [() => gauges(storeHealth, region)] : []),
      () => lag(kafka, copies, region),
    ]
  })
}

async function ofStore({ stores }: Ground, region: RegionName): Promise<Figure[]> {
  const figures = await stores.of(region).figures()
  return figures.map(({ figure, value }) => ({ region, figure, value }))
}

async function lag(
  kafka: Address,
  copies: readonly string[],
  region: RegionName,
): Promise<Figure[]> {
  const partitions = await groupLag(kafka, APPLIER, copies)
  const value = partitions.reduce((sum, { committed, next }) => sum + next - committed, 0)
  return partitions.length === 0 ? [] : [{ region, figure: `group-lag ${APPLIER}`, value }]
}

async function gauges({ host, port }: Address, region: RegionName): Promise<Figure[]> {
  const answer = await fetch(`http://${host}:${port}/metrics`, {
    signal: AbortSignal.timeout(METRICS_WITHIN_MS),
  })
  const text = await answer.text()
  return GAUGES.flatMap((figure) => {
    const value = largest(text, figure)
    return value === null ? [] : [{ region, figure, value }]
  })
}

/** The largest sample of a metric in Prometheus' text format; null if it has none. */
export function largest(text: string, metric: string): number | null {
  const samples = [...text.matchAll(new RegExp(`^${metric}(?:\\{.*\\})? (\\S+)$`, 'gm'))]
    .map(([, value]) => Number(value))
    .filter((value) => Number.isFinite(value))
  return samples.length === 0 ? null : Math.max(...samples)
}
