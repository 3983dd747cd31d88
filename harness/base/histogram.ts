import { Int32Histogram } from 'hdr-histogram-js'
import { invariant } from './invariant.ts'

/** One day in µs. What is larger is counted in one last bucket, whose largest value is still known exactly. */
const HIGHEST = 86_400_000_000
const DIGITS = 3

/** Both ends of what a figure can be; `high` is Infinity where only a lower bound is known. */
export type Interval = { low: number; high: number }

/** Smallest and largest value of a bucket. */
type Edge = { min: number; max: number }

/**
 * Counts of integers, negative ones too, in buckets 0.1 % wide (HDR histogram, Tene; 3 digits). Each bucket knows
 * its smallest and largest value, so a quantile is always a value that was recorded, and exact where all values
 * of its bucket are equal: a constant comes back as that constant.
 */
export class Histogram {
  private readonly up = new Int32Histogram(1, 2, DIGITS)
  private down: Int32Histogram | null = null
  /** By bucket: its HDR index, or -1 - index for negative values. */
  private readonly edges = new Map<number, Edge>()
  private order: number[] | null = null
  count = 0
  sum = 0
  squares = 0
  min = Number.POSITIVE_INFINITY
  max = Number.NEGATIVE_INFINITY
  /** Values beyond a day. */
  overflow = 0

  record(value: number): void {
    invariant(Number.isSafeInteger(value), () => `a histogram holds integers, not ${value}`)
    this.put(this.bucketOf(value), 1, value, value)
    this.sum += value
    this.squares += value * value
  }

  /** Adds all of `other`: the same as if its values had been recorded here. */
  merge(other: Histogram): void {
    for (const [bucket, { min, max }] of other.edges)
      this.put(bucket, other.countOf(bucket), min, max)
    this.sum += other.sum
    this.squares += other.squares
  }

  /** The value at `rank`, 1 … count, in ascending order: the largest one of its bucket. */
  at(rank: number): number {
    let passed = 0
    for (const bucket of this.sorted()) {
      passed += this.countOf(bucket)
      if (passed >= rank) return (this.edges.get(bucket) as Edge).max
    }
    invariant(false, () => `rank ${rank} of ${this.count} values`)
  }

  private bucketOf(value: number): number {
    const size = Math.min(Math.abs(value), HIGHEST)
    const index = this.up.countsArrayIndex(size)
    return value < 0 ? -1 - index : index
  }

  private put(bucket: number, count: number, min: number, max: number): void {
    this.countIn(bucket, count)
    this.count += count
    if (Math.max(-min, max) > HIGHEST) this.overflow += count
    if (min < this.min) this.min = min
    if (max > this.max) this.max = max
    const edge = this.edges.get(bucket)
    if (!edge) {
      this.edges.set(bucket, { min, max })
      this.order = null
      return
    }
    if (min < edge.min) edge.min = min
    if (max > edge.max) edge.max = max
  }

  private countIn(bucket: number, count: number): void {
    if (bucket < 0) this.down ??= new Int32Histogram(1, 2, DIGITS)
    const side = (bucket < 0 ? this.down : this.up) as Int32Histogram
    const index = bucket < 0 ? -1 - bucket : bucket
    if (index >= side.countsArrayLength) side.resize(side.valueFromIndex(index))
    side.addToCountAtIndex(index, count)
  }

  private countOf(bucket: number): number {
    return bucket < 0
      ? (this.down as Int32Histogram).getCountAtIndex(-1 - bucket)
      : this.up.getCountAtIndex(bucket)
  }

  private sorted(): number[] {
    this.order ??= [...this.edges.keys()].sort((a, b) => a - b)
    return this.order
  }
}

/**
 * Values of which some are known only to be at least so much (censored) or to be endless. A quantile is an
 * interval: its low end takes each censored value at its bound, its high end at +∞.
 */
export class Distribution {
  readonly known = new Histogram()
  /** The known values and the bounds together; null while nothing is censored. */
  private floor: Histogram | null = null
  bounds = 0
  endless = 0

  add(value: number): void {
    this.known.record(value)
    this.floor?.record(value)
  }

  /** Adds a value of which only `bound` ≤ value is known. */
  addBound(bound: number): void {
    if (!this.floor) {
      this.floor = new Histogram()
      this.floor.merge(this.known)
    }
    this.floor.record(bound)
    this.bounds++
  }

  addEndless(): void {
    this.endless++
  }

  merge(other: Distribution): void {
    if (other.floor && !this.floor) {
      this.floor = new Histogram()
      this.floor.merge(this.known)
    }
    this.floor?.merge(other.floor ?? other.known)
    this.known.merge(other.known)
    this.bounds += other.bounds
    this.endless += other.endless
  }

  get count(): number {
    return this.known.count + this.bounds + this.endless
  }

  get censored(): number {
    return this.bounds + this.endless
  }

  /** Largest value or bound seen, -Infinity if there is none. */
  get largest(): number {
    return (this.floor ?? this.known).max
  }

  /** Quantile `q` in [0, 1] by nearest rank: the smallest value that at least q × count values do not pass. */
  quantile(q: number): Interval {
    return this.atRank(Math.max(1, Math.ceil(q * this.count - 1e-9)))
  }

  /** The value at `rank`, 1 … count, in ascending order. */
  atRank(rank: number): Interval {
    return { low: valueAt(this.floor ?? this.known, rank), high: valueAt(this.known, rank) }
  }

  mean(): Interval {
    const low = this.endless > 0 ? Number.POSITIVE_INFINITY : this.mass() / this.count
    return { low, high: this.censored > 0 ? Number.POSITIVE_INFINITY : low }
  }

  /** Standard deviation of the values, censored ones at their bounds. */
  deviation(): number {
    const { count, sum, squares } = this.floor ?? this.known
    return Math.sqrt(Math.max(0, squares - (sum * sum) / count) / Math.max(1, count - 1))
  }

  private mass(): number {
    return (this.floor ?? this.known).sum
  }
}

/** A distribution that also keeps its values in the order in which they came; what is censored as Infinity. */
export class Sequence extends Distribution {
  readonly order: number[] = []

  override add(value: number): void {
    super.add(value)
    this.order.push(value)
  }

  override addBound(bound: number): void {
    super.addBound(bound)
    this.order.push(Number.POSITIVE_INFINITY)
  }

  override addEndless(): void {
    super.addEndless()
    this.order.push(Number.POSITIVE_INFINITY)
  }
}

function valueAt(values: Histogram, rank: number): number {
  return rank > values.count ? Number.POSITIVE_INFINITY : values.at(rank)
}
