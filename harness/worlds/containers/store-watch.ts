import type { RecordEvent } from '../../model/record.ts'
import { MS, type RegionName, SECOND, type Us } from '../../model/units.ts'
import { pause } from '../adapters/host-clock.ts'

const EVERY_US: Us = 250 * MS

export type StoreWatching = {
  now(): Us
  emit(event: RecordEvent): void
  /** Whether the server's port answers at all. */
  answers(region: RegionName): Promise<boolean>
  /** Whether a strong read finds the sentinel. */
  knownRow(region: RegionName, deadlineUs: Us): Promise<boolean>
  /** Settles when the server ends: how, or null if a fault ended it. */
  end(region: RegionName): Promise<string | null>
  over(): boolean
}

/** Watches stores for what nobody told them to do. Both settle when there is nothing more to see, or the run is over. */
export class StoreWatch {
  private readonly watching: StoreWatching

  constructor(watching: StoreWatching) {
    this.watching = watching
  }

  /** A store that ends by itself is *down*: no fault did it, and nobody starts it again. */
  async running(region: RegionName): Promise<void> {
    const { now, emit, end, over } = this.watching
    const because = await end(region).catch((error: unknown) => {
      // With the run its containers go, under the watcher's eyes.
      if (over()) return null
      throw error
    })
    if (because !== null && !over())
      emit({ type: 'store', t: now(), region, what: 'down', because })
  }

  /**
   * A store that was started again is *up* when it answers, and *loaded* when it finds what it has held all along.
   * What it does not find in between is not absent.
   */
  async restarted(region: RegionName): Promise<void> {
    const { now, emit, answers, knownRow } = this.watching
    const ended = this.running(region)
    if (await this.until(() => answers(region))) {
      emit({ type: 'store', t: now(), region, what: 'up' })
      emit({ type: 'store', t: now(), region, what: 'unloaded' })
      if (await this.until(() => knownRow(region, SECOND)))
        emit({ type: 'store', t: now(), region, what: 'loaded' })
    }
    await ended
  }

  private async until(holds: () => Promise<boolean>): Promise<boolean> {
    while (!this.watching.over()) {
      if (await holds()) return true
      await pause(EVERY_US)
    }
    return false
  }
}
