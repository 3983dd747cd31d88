import type { Heal } from './setting.ts'

/** As Toxiproxy takes it, in whole ms: each message waits `latency` ± `jitter`, uniform. */
export type Delay = { latency: number; jitter: number }

/**
 * What faults add to the delay of one directed link, as one toxic: of two on one stream the second would take what a
 * message waited in the first for a part of its own delay (findings/toxiproxy-toxics-deliver-early.sh).
 */
export class AddedDelay {
  private readonly inForce = new Set<Delay>()
  private changing: Promise<void> = Promise.resolve()

  private readonly apply: (sum: Delay | null) => Promise<void>

  /** `apply` gets the sum of what is in force, null where nothing is. */
  constructor(apply: (sum: Delay | null) => Promise<void>) {
    this.apply = apply
  }

  async add(delay: Delay): Promise<Heal> {
    const varying = [...this.inForce, delay].filter(({ jitter }) => jitter > 0)
    if (varying.length > 1) throw new Error('two jitters at once should have been refused')
    this.inForce.add(delay)
    await this.change()
    let healing: Promise<void> | null = null
    return () => {
      if (!healing) {
        this.inForce.delete(delay)
        healing = this.change()
      }
      return healing
    }
  }

  /** One change at a time: of two at once Toxiproxy might keep the older. */
  private change(): Promise<void> {
    this.changing = this.changing.then(() => this.apply(this.sum()))
    return this.changing
  }

  private sum(): Delay | null {
    if (this.inForce.size === 0) return null
    let [latency, jitter] = [0, 0]
    for (const delay of this.inForce) {
      latency += delay.latency
      jitter += delay.jitter
    }
    return { latency, jitter }
  }
}
