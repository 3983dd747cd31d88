/** How many faults hold one thing down at once: it starts when the last of them has let it go, and not before. */
export class Downs {
  private count = 0

  /** One more holds it down. */
  add(): void {
    this.count++
  }

  /** One lets go. True if it may start. */
  end(): boolean {
    this.count = Math.max(0, this.count - 1)
    return this.count === 0
  }

  get none(): boolean {
    return this.count === 0
  }
}
