import type { Rng } from '../../harness/base/rng.ts'
import type { Curve } from '../../harness/model/finding.ts'
import type { MetricRow } from '../../harness/model/metric.ts'
import { MS, SECOND } from '../../harness/model/units.ts'
import { isCut, LINKS, LOADED, REGIONS } from './analysis-scene.ts'

type Scene = { rng: Rng; region: string; phase: string; busy: number }

const spread = { p50: 1, p90: 1.5, p95: 1.8, p99: 2.5 }

/** Percentiles around a median in µs; fewer of them where there are few samples. */
function tail(rng: Rng, us: number, count: number): Partial<MetricRow> {
  const known = Object.entries(spread).filter(
    ([name]) => count * (1 - Number(name.slice(1)) / 100) >= 10,
  )
  const base = us * (0.95 + 0.1 * rng.uniform())
  const figures = known.map(([name, factor]) => [name, Math.round(base * factor)])
  return { count, ...Object.fromEntries(figures), mean: base * 1.1, max: Math.round(base * 4) }
}

const samples = (phase: string, perSec: number): number =>
  ({ warmup: 10, baseline: 76, 'fault:partition': 40 })[phase] === undefined
    ? Math.round(perSec * 3.4)
    : perSec * ({ warmup: 10, baseline: 76, 'fault:partition': 40 }[phase] ?? 0)

export function sampleMetrics(rng: Rng): MetricRow[] {
  const scenes = LOADED.flatMap((phase) =>
    REGIONS.map((region) => ({
      rng,
      region,
      phase,
      busy: phase.startsWith('recovery') && region !== 'ap-south' ? 5 : 1,
    })),
  )
  return [
    ...scenes.flatMap(latencyRows),
    ...scenes.flatMap(recallRows),
    ...scenes.flatMap(shareRows),
    ...LOADED.flatMap((phase) => lagRows(rng, phase)),
    ...LOADED.flatMap((phase) => originRows(rng, phase)),
    ...LOADED.flatMap((phase) => differenceRows(phase)),
    ...LOADED.flatMap((phase) => byteRows(phase)),
    ...runRows(),
  ]
}

function latencyRows({ rng, region, phase, busy }: Scene): MetricRow[] {
  const at = { unit: 'us', region, phase } as const
  const searches = samples(phase, region === 'us-east' ? 60 : 40)
  const writes = samples(phase, region === 'us-east' ? 20 : 5)
  const row = (over: Pick<MetricRow, 'metric' | 'operation'>, ms: number, count: number) => ({
    ...at,
    ...over,
    ...tail(rng, ms * MS, count),
    count,
  })
  return [
    row({ metric: 'search.response' }, 3.6 * busy, searches),
    row({ metric: 'search.service' }, 3.3 * (busy > 1 ? 2 : 1), searches),
    row({ metric: 'search.dispatch-delay' }, 0.01, searches + writes),
    row({ metric: 'write.response', operation: 'upsert' }, 4.4 * busy, writes),
    row(
      { metric: 'staleness', operation: 'search' },
      phase.startsWith('fault') ? 900 : 20,
      searches,
    ),
  ]
}

function recallRows({ region, phase }: Scene): MetricRow[] {
  const away = region !== 'ap-south'
  const behind =
    away && phase === 'fault:partition'
      ? 0.047
      : away && phase.startsWith('recovery')
        ? 0.038
        : 0.0021
  const visibility = 0.0018
  const undecided = 0.003
  const loss = { metric: 'recall-loss', unit: 'ratio', region, phase } as const
  const count = samples(phase, region === 'us-east' ? 60 : 40)
  const low = 1 - behind - visibility - undecided
  return [
    { metric: 'recall', unit: 'ratio', region, phase, count, low, high: low + undecided },
    { ...loss, cause: 'replication', count, value: behind },
    { ...loss, cause: 'visibility', count, value: visibility },
    { ...loss, cause: 'ghost', count, value: behind / 12 },
    { ...loss, cause: 'index', count, value: 0 },
    { ...loss, cause: 'replication', operation: 'stale-hit', count, value: behind / 4 },
  ]
}

function shareRows({ region, phase }: Scene): MetricRow[] {
  const at = { region, phase, operation: 'search' }
  const perSec = region === 'us-east' ? 60 : 40
  const count = samples(phase, perSec)
  return [
    {
      metric: 'availability',
      unit: 'ratio',
      ...at,
      count,
      value: phase.startsWith('recovery') ? 0.9978 : 1,
    },
    { metric: 'goodput', unit: 'per-second', ...at, count, value: perSec * 0.9931 },
  ]
}

const hops: Record<string, number> = {
  'logged-mirrored': 75,
  'mirrored-applied': 9,
  'applied-searchable': 77,
}

function lagRows(rng: Rng, phase: string): MetricRow[] {
  return LINKS.flatMap((link) => {
    const cut = isCut(link) && phase === 'fault:partition'
    const count = samples(phase, link.startsWith('us-east') ? 21 : 5)
    const at = { metric: 'lag', unit: 'us', link, phase } as const
    const whole = cut ? 20 * SECOND : 165 * MS
    return [
      { ...at, ...tail(rng, whole, count), count },
      ...Object.entries(hops).map(([hop, ms]) => ({
        ...at,
        hop,
        ...tail(rng, cut && hop === 'logged-mirrored' ? 20 * SECOND : ms * MS, count),
        count,
      })),
    ]
  })
}

function originRows(rng: Rng, phase: string): MetricRow[] {
  return REGIONS.flatMap((region) => {
    const at = { metric: 'lag', unit: 'us', region, phase } as const
    const count = samples(phase, region === 'us-east' ? 21 : 5)
    const logged = { ...tail(rng, 0.9 * MS, count), p50: -200, count }
    return [
      { ...at, hop: 'intended-acknowledged', ...tail(rng, 4.4 * MS, count), count },
      { ...at, hop: 'acknowledged-logged', ...logged },
    ]
  })
}

function differenceRows(phase: string): MetricRow[] {
  const apart = phase === 'fault:partition' ? 0.083 : 0.0072
  return ['us-east<>eu-west', 'us-east<>ap-south', 'eu-west<>ap-south'].flatMap((link, i) => {
    const at = { metric: 'answer-difference', unit: 'ratio', link, phase } as const
    const value = apart / (i + 1)
    return [
      { ...at, count: 40, value },
      { ...at, operation: 'rbo', count: 40, value: value * 0.8 },
    ]
  })
}

const byteRows = (phase: string): MetricRow[] =>
  LINKS.map((link) => ({
    metric: 'link-bytes',
    unit: 'bytes',
    link,
    phase,
    count: 40,
    value: link.startsWith('us-east') ? 1_734_400 : 412_000,
  }))

function runRows(): MetricRow[] {
  const after = { metric: 'catch-up', unit: 'us', phase: 'recovery:partition' } as const
  return [
    { ...after, count: 7180, value: 3 * SECOND },
    ...REGIONS.map((region, i) => ({
      ...after,
      region,
      count: 2393,
      value: [2.1, 3, 0][i]! * SECOND,
    })),
    {
      metric: 'client-recovery',
      unit: 'us',
      region: 'us-east',
      link: 'us-east>eu-west',
      phase: 'recovery:partition',
      count: 1,
      value: 0.31 * SECOND,
    },
    { metric: 'convergence', unit: 'us', count: 3, value: 1.2 * SECOND },
    { metric: 'lost-writes', unit: 'count', count: 3590, value: 0 },
    { metric: 'overwritten-real-time', unit: 'count', count: 3590, value: 2 },
  ]
}

/** Response and service curves, up to the quantile that 10 samples still lie beyond. */
export function sampleCurves(rng: Rng): Curve[] {
  return LOADED.flatMap((phase) =>
    REGIONS.flatMap((region, i) => {
      const mostQ = 1 - 10 / samples(phase, region === 'us-east' ? 60 : 40)
      const busy = phase.startsWith('recovery') && region !== 'ap-south'
      const curve = (metric: string, queue: number): Curve => {
        const points: [number, number][] = []
        for (let step = 0; 1 - 0.93 ** step <= mostQ; step++) {
          const q = 1 - 0.93 ** step
          const ms = 3 + 0.15 * i + 0.05 * step * (1 + rng.uniform() * 0.1) + queue * q * q
          points.push([q, Math.round(ms * MS)])
        }
        return { metric, region, phase, points }
      }
      return [curve('search.response', busy ? 22 : 0.6), curve('search.service', busy ? 3 : 0)]
    }),
  )
}
