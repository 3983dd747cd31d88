/** Above so many it looks for those that are out of the question by now. */
const MANY = 1_024

/**
 * Rows that may be among the k nearest of one query, told by bounds of their distances alone: a row whose least
 * distance is above the greatest distances of k others is not. None is left out that could be in the answer, ties
 * included. Bounds may be wrong by half of `slack`.
 */
export class Candidates {
  /** The k smallest of all greatest distances seen, in order. */
  private readonly greatest: Float64Array
  private readonly slack: number
  private ids: number[] = []
  private leasts: number[] = []
  private limit = MANY

  constructor(k: number, slack: number) {
    this.greatest = new Float64Array(k).fill(Number.POSITIVE_INFINITY)
    this.slack = slack
  }

  /** Rows whose least distance is above this are out of the question. */
  get bound(): number {
    return (this.greatest[this.greatest.length - 1] as number) + this.slack
  }

  offer(id: number, least: number, greatest: number): void {
    this.ids.push(id)
    this.leasts.push(least)
    if (greatest < (this.greatest[this.greatest.length - 1] as number)) this.insert(greatest)
    if (this.ids.length < this.limit) return
    this.limit = Math.max(MANY, 2 * this.left().length)
  }

  /** Those that are not out of the question. */
  left(): readonly number[] {
    const { bound, leasts } = this
    this.ids = this.ids.filter((_, i) => (leasts[i] as number) <= bound)
    this.leasts = leasts.filter((least) => least <= bound)
    return this.ids
  }

  private insert(value: number): void {
    const { greatest } = this
    let low = 0
    let high = greatest.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (value < (greatest[middle] as number)) high = middle
      else low = middle + 1
    }
    greatest.copyWithin(low + 1, low, greatest.length - 1)
    greatest[low] = value
  }
}
