import type { Change } from '../../model/point.ts'
import { MS, type Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import { CallError } from '../../ports/errors.ts'
import type { Consumer, EventLog } from '../../ports/log.ts'
import type { Stop } from '../../ports/system.ts'
import { untilDone } from './retry.ts'

const POLL_WAIT_US: Us = 100 * MS
const RETRY_US: Us = 300 * MS

export type Applying = {
  clock: Clock
  log: EventLog
  group: string
  topics: readonly string[]
  batch: number
  /** Must leave the store as if each change had been applied in order; rejects if it may not have. */
  apply: (changes: readonly Change[]) => Promise<void>
}

/**
 * Consumes topics of the local log and applies what it reads, in batches, committing only what is applied: a
 * crash repeats changes, it never skips them.
 */
export async function runApplier(applying: Applying, stop: Stop): Promise<void> {
  const { clock, log, group, topics, batch, apply } = applying
  let consumer: Consumer | null = null
  while (!stop.fired) {
    try {
      consumer ??= await log.join(group, topics)
      const records = await consumer.poll(batch, POLL_WAIT_US)
      if (records.length === 0) continue
      const changes = records.map(({ change }) => change)
      await untilDone(clock, RETRY_US, () => apply(changes))
      await consumer.commit()
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      consumer = null
      await clock.sleep(RETRY_US)
    }
  }
}
