/**
 * One incarnation of a process. Whatever the world does on its behalf passes through `run`: a killed process
 * never hears of anything again (no write from beyond the grave), a paused one hears of it on resume.
 */
export class Process {
  private alive = true
  private pauses = 0
  private parked: (() => void)[] = []

  get dead(): boolean {
    return !this.alive
  }

  run(work: () => void): void {
    if (!this.alive) return
    if (this.pauses > 0) this.parked.push(work)
    else work()
  }

  /** Pauses nest: two faults may hold one process. */
  pause(): void {
    this.pauses++
  }

  resume(): void {
    this.pauses--
    if (this.pauses > 0) return
    const parked = this.parked
    this.parked = []
    for (const work of parked) this.run(work)
  }

  kill(): void {
    this.alive = false
    this.parked = []
  }
}
