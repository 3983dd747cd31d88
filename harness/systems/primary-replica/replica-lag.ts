import type { Change } from '../../model/point.ts'
import { type RegionName, SECOND, type Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Journal, Stop } from '../../ports/system.ts'

/**
 * The lag that such a system shows its operators. `replica-lag-seconds` is taken when a change is applied and shown
 * until the next one is: it stands still when replication does. `replica-age-seconds` is the time since the last change
 * was written: it grows although nothing was written. Both subtract the clocks of two machines.
 */
export class ReplicaLag {
  private lastUs: Us | null = null
  private gaugeUs: Us = 0

  private readonly clock: Clock
  private readonly journal: Journal

  constructor(clock: Clock, journal: Journal) {
    this.clock = clock
    this.journal = journal
  }

  applied(changes: readonly Change[]): void {
    const last = changes.at(-1)
    if (!last) return
    this.lastUs = last.stamp.wallUs
    this.gaugeUs = this.clock.wall() - last.stamp.wallUs
  }

  async run(stop: Stop, primary: () => RegionName): Promise<void> {
    while (!stop.fired) {
      await this.clock.sleep(SECOND)
      if (this.lastUs === null) continue
      const [gauge, age] = [this.gaugeUs, this.clock.wall() - this.lastUs]
      this.journal.figure(`replica-lag-seconds ${primary()}`, gauge / SECOND)
      this.journal.figure(`replica-age-seconds ${primary()}`, age / SECOND)
    }
  }
}
