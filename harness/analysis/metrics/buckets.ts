import type { Interval } from '../../base/histogram.ts'
import type { Series } from '../../model/finding.ts'
import { SECOND, type Us } from '../../model/units.ts'

const MOST_POINTS = 600

/** Width of a bucket: a second, or more in a run too long for 600 of them. */
export const bucketWidthUs = (endUs: Us): Us =>
  Math.max(SECOND, Math.ceil((endUs + 1) / MOST_POINTS))

/** Values of one stretch of time; of `bounds` only the lower end is known, `endless` have none. */
export type Bucket = { known: number[]; bounds: number[]; endless: number }

type Line = { name: string; of: (bucket: Bucket) => Interval | null }

/** Values by key and stretch of time, for charts. */
export class Buckets {
  private readonly byKey = new Map<string, Map<number, Bucket>>()

  readonly widthUs: Us

  constructor(widthUs: Us) {
    this.widthUs = widthUs
  }

  at(key: string, us: Us): Bucket {
    let buckets = this.byKey.get(key)
    if (!buckets) {
      buckets = new Map()
      this.byKey.set(key, buckets)
    }
    const start = Math.floor(us / this.widthUs) * this.widthUs
    let bucket = buckets.get(start)
    if (!bucket) {
      bucket = { known: [], bounds: [], endless: 0 }
      buckets.set(start, bucket)
    }
    return bucket
  }

  /**
   * A series for each key and line, keys in order of appearance; of what is only known from below the points go to
   * `<line>-at-least`. A stretch without values has no point.
   */
  series(chart: Series['chart'], lines: readonly Line[]): Series[] {
    return [...this.byKey].flatMap(([key, buckets]) => {
      const starts = [...buckets.keys()].sort((a, b) => a - b)
      return lines.flatMap(({ name, of }) => {
        const exact: [Us, number][] = []
        const atLeast: [Us, number][] = []
        for (const start of starts) {
          const value = of(buckets.get(start) as Bucket)
          if (value === null || !Number.isFinite(value.low)) continue
          if (value.low === value.high) exact.push([start, value.low])
          else atLeast.push([start, value.low])
        }
        return [
          { chart, key, line: name, points: exact },
          { chart, key, line: `${name}-at-least`, points: atLeast },
        ].filter(({ points }) => points.length > 0)
      })
    })
  }
}

/** Quantile line, by nearest rank; q = 1 is the maximum. An endless value shows as the largest finite one. */
export const quantileLine = (name: string, q: number): Line => ({
  name,
  of: ({ known, bounds, endless }) => {
    const rank = Math.max(1, Math.ceil(q * (known.length + bounds.length + endless) - 1e-9))
    const floor = [...known, ...bounds].sort((a, b) => a - b)
    const low = floor[rank - 1] ?? floor.at(-1)
    if (low === undefined) return null
    if (bounds.length + endless === 0) return { low, high: low }
    const high = known.toSorted((a, b) => a - b)[rank - 1] ?? Number.POSITIVE_INFINITY
    return { low, high }
  },
})

const exact = (value: number): Interval => ({ low: value, high: value })

export const meanLine = (name: string): Line => ({
  name,
  of: ({ known }) =>
    known.length === 0 ? null : exact(known.reduce((sum, value) => sum + value, 0) / known.length),
})

/** How many values, per second. */
export const rateLine = (name: string, widthUs: Us): Line => ({
  name,
  of: ({ known }) => exact((known.length * SECOND) / widthUs),
})
