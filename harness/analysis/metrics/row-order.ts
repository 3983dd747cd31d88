import { type MetricRow, metrics, type PhaseSpan } from '../../model/metric.ts'
import type { RegionName } from '../../model/units.ts'

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
