/** Calls saved up at most: a burst of slow ones may be hedged, a store that is slow for all of them may not. */
const SAVED = 10

/**
 * Hedges are extra load, and most are wanted where there is least to spare: without a limit they can bring down what
 * was merely slow. Each call adds `share` of a hedge to what may be spent.
 */
export class HedgeBudget {
  private saved = SAVED

  private readonly share: number

  constructor(share: number) {
    this.share = share
  }

  called(): void {
    this.saved = Math.min(SAVED, this.saved + this.share)
  }

  take(): boolean {
    if (this.saved < 1) return false
    this.saved--
    return true
  }
}
