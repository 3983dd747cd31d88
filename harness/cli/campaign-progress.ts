/** Redrawn this often at most. */
const EVERY_MS = 250

/**
 * How far many runs are, on stderr: one line that is redrawn on a terminal; elsewhere only what `tell` is given.
 * Runs still to come are taken to last as long as those made so far.
 */
export class CampaignProgress {
  private done = 0
  private odd = 0
  private drawnAtMs = Number.NEGATIVE_INFINITY
  private readonly startMs = performance.now()
  private readonly live: boolean

  private readonly asked: number
  private readonly quiet: boolean

  constructor(asked: number, quiet: boolean) {
    this.asked = asked
    this.quiet = quiet
    this.live = !quiet && process.stderr.isTTY === true
  }

  count(odd: boolean): void {
    this.done++
    if (odd) this.odd++
    const nowMs = performance.now()
    if (!this.live || (nowMs - this.drawnAtMs < EVERY_MS && this.done < this.asked)) return
    this.drawnAtMs = nowMs
    process.stderr.write(`\r\x1b[K${this.line((nowMs - this.startMs) / 1000)}`)
  }

  /** A line that stays. */
  tell(text: string): void {
    if (this.quiet) return
    this.clear()
    process.stderr.write(`${text}\n`)
  }

  clear(): void {
    if (this.live) process.stderr.write('\r\x1b[K')
  }

  get place(): string {
    return `[${String(this.done).padStart(String(this.asked).length)}/${this.asked}]`
  }

  private line(seconds: number): string {
    const { done, asked, odd } = this
    const left = (seconds / done) * (asked - done)
    const parts = [
      `${done} of ${asked} runs`,
      odd === 0 ? 'all as they should be' : `${odd} not as they should be`,
      `${(seconds / done).toFixed(1)} s a run`,
      `about ${left < 90 ? `${left.toFixed(0)} s` : `${(left / 60).toFixed(0)} min`} left`,
    ]
    return parts.join(' · ')
  }
}
