import type { Family } from '../../../reports/export/families.ts'
import type { RegionName, Us } from '../../model/units.ts'
import { SECOND } from '../../model/units.ts'

/** Upper ends in seconds: from a search in memory to the longest deadline people set. */
const ends = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

type Counts = { below: number[]; count: number; sumUs: Us }

/** How long operations took, of each region, in the buckets of a Prometheus histogram. */
export class ResponseBuckets {
  private readonly regions = new Map<RegionName, Counts>()

  see(region: RegionName, us: Us): void {
    const counts = this.regions.get(region) ?? { below: ends.map(() => 0), count: 0, sumUs: 0 }
    this.regions.set(region, counts)
    const at = ends.findIndex((end) => us <= end * SECOND)
    if (at >= 0) counts.below[at] = (counts.below[at] as number) + 1
    counts.count++
    counts.sumUs += us
  }

  /** Adds its samples to a histogram family. */
  addTo({ samples }: Family): void {
    for (const [region, { below, count, sumUs }] of this.regions) {
      const put = (suffix: string, value: number, le?: string) =>
        samples.set(`${region}${suffix}${le}`, { labels: { region, le }, suffix, value })
      let total = 0
      for (const [i, end] of ends.entries()) {
        total += below[i] as number
        put('_bucket', total, Number.isInteger(end) ? `${end}.0` : String(end))
      }
      put('_bucket', count, '+Inf')
      put('_count', count)
      put('_sum', sumUs / SECOND)
    }
  }
}
