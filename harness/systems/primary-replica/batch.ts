import { MS, type Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { Consumer, LogRecord } from '../../ports/log.ts'
import type { Stop } from '../../ports/system.ts'
import type { Applying } from '../shared/applier.ts'
import { untilDone } from '../shared/retry.ts'

const POLL_WAIT_US: Us = 100 * MS
const RETRY_US: Us = 300 * MS

/** `lingerUs`: how long a batch waits to fill; 0: until it is full, however long that takes. */
type Batching = Applying & { lingerUs: Us }

/**
 * Consumes topics of the local log and applies what it reads `batch` records at a time. What is committed is applied: a
 * crash repeats changes, it never skips them.
 */
export class BatchApplier {
  private held: LogRecord[] = []
  private sinceUs: Us = 0
  private drains: (() => void)[] = []

  private readonly batching: Batching

  constructor(batching: Batching) {
    this.batching = batching
  }

  /** Settles when all that stands in the local log now is applied, whatever batches may still wait for. */
  drain(): Promise<void> {
    return new Promise((resolve) => {
      this.drains.push(resolve)
    })
  }

  async run(stop: Stop): Promise<void> {
    const { clock, log, group, topics } = this.batching
    let consumer: Consumer | null = null
    while (!stop.fired) {
      try {
        if (!consumer) {
          this.held = []
          consumer = await log.join(group, topics)
        }
        await this.turn(consumer)
      } catch (error) {
        if (!(error instanceof CallError)) throw error
        consumer = null
        await clock.sleep(RETRY_US)
      }
    }
  }

  private async turn(consumer: Consumer): Promise<void> {
    const { clock, batch } = this.batching
    const drains = this.drains
    const room = Math.max(1, batch - this.held.length)
    const found = await consumer.poll(room, drains.length > 0 ? 0 : this.waitUs())
    if (this.held.length === 0) this.sinceUs = clock.elapsed()
    this.held.push(...found)
    if (this.held.length > 0 && (this.due() || drains.length > 0)) {
      const changes = this.held.map(({ change }) => change)
      await untilDone(clock, RETRY_US, () => this.batching.apply(changes))
      await consumer.commit()
      this.held = []
    }
    if (drains.length === 0 || found.length > 0) return
    this.drains = this.drains.slice(drains.length)
    for (const drained of drains) drained()
  }

  private due(): boolean {
    const { clock, batch, lingerUs } = this.batching
    if (this.held.length >= batch) return true
    return lingerUs > 0 && clock.elapsed() - this.sinceUs >= lingerUs
  }

  private waitUs(): Us {
    const { clock, lingerUs } = this.batching
    if (this.held.length === 0 || lingerUs === 0) return POLL_WAIT_US
    return Math.max(MS, Math.min(POLL_WAIT_US, this.sinceUs + lingerUs - clock.elapsed()))
  }
}
