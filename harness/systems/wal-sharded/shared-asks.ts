import { SECOND, type Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import { CallError } from '../../ports/errors.ts'

/**
 * Questions to others that must not become a stampede: at most so many are open, equal ones share one answer, and one
 * who did not answer is left alone for a while. What is not asked gives undefined at once.
 */
export class SharedAsks {
  private readonly open = new Map<string, Promise<unknown>>()
  private readonly quietUntilUs = new Map<string, Us>()

  private readonly clock: Clock
  private readonly most: number
  /** How long somebody who did not answer is not asked again. */
  private readonly quietUs: Us

  constructor(clock: Clock, most: number, quietUs: Us = SECOND) {
    this.clock = clock
    this.most = most
    this.quietUs = quietUs
  }

  /** The answer of `whom` to what `question` names; undefined if it was not asked or did not answer. */
  async ask<T>(whom: string, question: string, work: () => Promise<T>): Promise<T | undefined> {
    const key = `${whom} ${question}`
    const shared = this.open.get(key)
    if (shared) return (await shared) as T | undefined
    if (this.open.size >= this.most) return undefined
    if ((this.quietUntilUs.get(whom) ?? Number.NEGATIVE_INFINITY) > this.clock.elapsed())
      return undefined
    const asking = this.asked(whom, work)
    this.open.set(key, asking)
    try {
      return await asking
    } finally {
      this.open.delete(key)
    }
  }

  private async asked<T>(whom: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      this.quietUntilUs.set(whom, this.clock.elapsed() + this.quietUs)
      return undefined
    }
  }
}
