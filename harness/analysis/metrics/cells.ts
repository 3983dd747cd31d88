import { Distribution, type Interval } from '../../base/histogram.ts'
import {
  type MetricName,
  type MetricRow,
  metrics,
  type PhaseSpan,
  percentiles,
} from '../../model/metric.ts'
import type { RegionName } from '../../model/units.ts'

/** What a figure is about; what does not apply is absent. */
export type Dims = {
  metric: MetricName
  region?: string
  link?: string
  phase?: string
  operation?: string
  hop?: string
}

export type Cell = { dims: Dims; values: Distribution }

/** Distributions by what they are about, made when first asked for. */
export class Cells {
  private readonly byKey = new Map<string, Cell>()
  private readonly made: () => Distribution

  constructor(made = () => new Distribution()) {
    this.made = made
  }

  at(dims: Dims): Distribution {
    const { metric, region = '', link = '', phase = '', operation = '', hop = '' } = dims
    const key = `${metric}|${region}|${link}|${phase}|${operation}|${hop}`
    let cell = this.byKey.get(key)
    if (!cell) {
      cell = { dims, values: this.made() }
      this.byKey.set(key, cell)
    }
    return cell.values
  }

  all(): Cell[] {
    return [...this.byKey.values()]
  }
}

/** Finds cells by two names without making a key each time: there are many values and few cells. */
export function cellsBy(
  find: (one: string, two: string) => Distribution,
): (one: string, two: string) => Distribution {
  const known = new Map<string, Map<string, Distribution>>()
  return (one, two) => {
    let inner = known.get(one)
    if (!inner) {
      inner = new Map()
      known.set(one, inner)
    }
    let values = inner.get(two)
    if (!values) {
      values = find(one, two)
      inner.set(two, values)
    }
    return values
  }
}

/** A percentile is shown only if at least this many values lie beyond it. */
const BEYOND = 10

type Percentile = keyof typeof percentiles

/** Whether `count` values are enough to speak of quantile `q`: count × (1 - q) ≥ 10. */
export const enoughFor = (count: number, q: number): boolean => count * (1 - q) >= BEYOND - 1e-9

/**
 * The row of a distribution. A percentile is present if there are enough values and censored ones could not
 * change it; if they could, `atLeast` has its lower bound. `max` is the largest value or bound.
 */
export function distributionRow({ dims, values }: Cell): MetricRow {
  const row: MetricRow = { ...dims, unit: metrics[dims.metric].unit, count: values.count }
  const atLeast: Partial<Record<Percentile, number>> = {}
  for (const name of Object.keys(percentiles) as Percentile[]) {
    if (!enoughFor(values.count, percentiles[name])) continue
    const { low, high } = values.quantile(percentiles[name])
    if (low === high && Number.isFinite(low)) row[name] = low
    else atLeast[name] = Number.isFinite(low) ? low : values.largest
  }
  const mean = values.mean()
  if (isExact(mean)) row.mean = mean.low
  if (Number.isFinite(values.largest)) row.max = values.largest
  if (values.censored > 0) row.censored = values.censored
  if (Object.values(atLeast).some(Number.isFinite)) row.atLeast = atLeast
  return row
}

const isExact = ({ low, high }: Interval): boolean => low === high && Number.isFinite(low)

const names = Object.keys(metrics)

/** Rows by metric, then region or link, phase as it came, operation, hop and cause: the same every time. */
export function inOrder(
  rows: readonly MetricRow[],
  regions: readonly RegionName[],
  spans: readonly PhaseSpan[],
): MetricRow[] {
  const phases = [...new Set(spans.map(({ name }) => name))]
  const place = ({ metric, region = '', link = '', phase = '' }: MetricRow): number[] => [
    names.indexOf(metric),
    regions.indexOf(region),
    regions.indexOf(link.split(/<?>/)[0] ?? ''),
    regions.indexOf(link.split('>')[1] ?? ''),
    phases.indexOf(phase),
  ]
  const keyed = rows.map((row, at) => ({ row, at, key: place(row) }))
  keyed.sort((a, b) => {
    for (const [i, own] of a.key.entries()) {
      const apart = own - (b.key[i] as number)
      if (apart !== 0) return apart
    }
    return a.at - b.at
  })
  return keyed.map(({ row }) => row)
}
