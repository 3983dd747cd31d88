/** The answers of a search, query by query, nearest first; ties by id, which is the number of the row. */
export type Found = {
  /** Neighbours a query: those asked for, or all rows if there are fewer. */
  k: number
  /** queries × k. */
  ids: Int32Array
  /** queries × k, as `distances` has them. */
  distances: Float64Array
}

/** The k smallest of the distances it is shown, ties by id, in order. */
export class Nearest {
  private readonly ids: Int32Array
  private readonly distances: Float64Array
  private readonly k: number
  private size = 0

  constructor(k: number) {
    this.k = k
    this.ids = new Int32Array(k)
    this.distances = new Float64Array(k)
  }

  offer(id: number, distance: number): void {
    const { ids, distances, k } = this
    if (this.size === k && !this.isBefore(id, distance, k - 1)) return
    let low = 0
    let high = this.size
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.isBefore(id, distance, middle)) high = middle
      else low = middle + 1
    }
    if (low === k) return
    if (this.size < k) this.size++
    ids.copyWithin(low + 1, low, this.size - 1)
    distances.copyWithin(low + 1, low, this.size - 1)
    ids[low] = id
    distances[low] = distance
  }

  /** Writes what it holds as the answer of a query. */
  writeTo({ ids, distances, k }: Found, query: number): void {
    ids.set(this.ids, query * k)
    distances.set(this.distances, query * k)
  }

  private isBefore(id: number, distance: number, place: number): boolean {
    const there = this.distances[place] as number
    return distance < there || (distance === there && id < (this.ids[place] as number))
  }
}
