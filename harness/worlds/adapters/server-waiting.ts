import { MS, type Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import { pause } from './host-clock.ts'

/** What a look at the server showed; `done` ends the wait. */
type Look = { done: boolean; saw: string }

const EVERY_US: Us = 100 * MS

/** Waits for conditions of one server under one limit for all of them together. */
export class Waiting {
  private readonly startedMs = performance.now()

  /** Who is waited for, as a person would name it. */
  private readonly who: string
  private readonly withinMs: number
  private readonly hint: string

  constructor(who: string, withinMs: number, hint: string) {
    this.who = who
    this.withinMs = withinMs
    this.hint = hint
  }

  /** What is left of the limit, at most `atMostUs` of it: the deadline of a single call. */
  leftUs(atMostUs: Us): Us {
    return Math.min(atMostUs, Math.max(MS, (this.withinMs - this.elapsedMs()) * 1000))
  }

  /**
   * Looks until it is done; a refused or late call is a look like any other. Rejects after the limit with who was
   * waited for, for what, how long, and the last answer.
   */
  async until(what: string, look: () => Promise<Look>): Promise<void> {
    const beganMs = this.elapsedMs()
    for (;;) {
      const { done, saw } = await look().catch(failedLook)
      if (done) return
      if (this.elapsedMs() >= this.withinMs) throw new Error(this.late(what, saw, beganMs))
      await pause(EVERY_US)
    }
  }

  private late(what: string, saw: string, beganMs: number): string {
    const waited = ((this.elapsedMs() - beganMs) / 1000).toFixed(1)
    const all = (this.withinMs / 1000).toFixed(0)
    return (
      `${this.who}: waited ${waited} s until ${what}, of ${all} s for the whole start. ` +
      `The last answer was: ${saw}. ${this.hint}`
    )
  }

  private elapsedMs(): number {
    return performance.now() - this.startedMs
  }
}

function failedLook(error: unknown): Look {
  if (error instanceof CallError) return { done: false, saw: error.message }
  throw error
}
