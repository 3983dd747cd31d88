import { Distribution, type Interval } from './histogram.ts'

/**
 * A distribution that lists its values instead of counting them in buckets: how many lie beyond a bound is exact. For
 * few values each, as of ten seconds; it tells no quantiles.
 */
export class Listed extends Distribution {
  private readonly values: number[] = []
  private readonly floors: number[] = []

  override add(value: number): void {
    this.values.push(value)
  }

  override addBound(bound: number): void {
    this.floors.push(bound)
  }

  override get count(): number {
    return this.values.length + this.floors.length + this.endless
  }

  override merge(other: Distribution): void {
    if (!(other instanceof Listed)) throw new Error('only what is listed can be added to a list')
    // One by one: so many arguments as a window may have values overflow the stack.
    for (const value of other.values) this.values.push(value)
    for (const floor of other.floors) this.floors.push(floor)
    this.endless += other.endless
  }

  /** How many are larger than `bound`: between those that are for sure and those that may be. */
  above(bound: number): Interval {
    const sure = countOf(this.values, (value) => value > bound) + this.endless
    const floors = countOf(this.floors, (value) => value > bound)
    return { low: sure + floors, high: sure + this.floors.length }
  }

  /** How many are smaller than `bound`. */
  below(bound: number): Interval {
    const sure = countOf(this.values, (value) => value < bound)
    return { low: sure, high: sure + countOf(this.floors, (value) => value < bound) }
  }

  override mean(): Interval {
    const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)
    const least = this.endless > 0 ? Number.POSITIVE_INFINITY : sum(this.values) + sum(this.floors)
    const low = least / this.count
    const exact = this.floors.length + this.endless === 0
    return { low, high: exact ? low : Number.POSITIVE_INFINITY }
  }
}

function countOf(values: readonly number[], counts: (value: number) => boolean): number {
  let count = 0
  for (const value of values) if (counts(value)) count++
  return count
}
