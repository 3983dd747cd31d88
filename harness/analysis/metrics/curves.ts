import type { Curve } from '../../model/finding.ts'
import type { Cell, Cells } from './cells.ts'

const quantiles = [0, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 0.99999, 0.999999]

/** Percentile curves of search response and service, of the baseline and of phases with a fault or after one. */
export function curvesOf(cells: Cells): Curve[] {
  return cells
    .all()
    .filter(({ dims: { metric } }) => metric === 'search.response' || metric === 'search.service')
    .filter(({ dims: { phase = '' } }) => /^(baseline|fault:.*|recovery:.*)$/.test(phase))
    .map((cell) => ({
      metric: cell.dims.metric,
      region: cell.dims.region ?? '',
      phase: cell.dims.phase ?? '',
      points: pointsOf(cell),
    }))
    .filter(({ points }) => points.length > 0)
}

/** As far as values are known; the last one, at 1 - 1 / count, is the maximum. */
function pointsOf({ values }: Cell): [number, number][] {
  const last = 1 - 1 / values.count
  const points: [number, number][] = []
  for (const q of [...quantiles.filter((one) => one < last), last]) {
    const { low, high } = values.quantile(q === last ? 1 : q)
    if (low !== high || !Number.isFinite(low)) break
    points.push([q, low])
  }
  return points
}
