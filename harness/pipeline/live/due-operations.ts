import type { Family } from '../../../reports/export/families.ts'
import type { Operation } from '../../model/operation.ts'
import type { RecordEvent } from '../../model/record.ts'
import type { RegionName, Us } from '../../model/units.ts'
import { Tally } from './tally.ts'

/** Intended times of what one region wants, in order; how many of them are past, and how many are over. */
type Region = { intendedUs: Float64Array; past: number; unplanned: number; over: number }

/**
 * How many operations of each region are due and have not ended: also those that wait for their turn, of which a record
 * says nothing until they are sent. As alerting rules count: what a cap drops was never in flight, and what still
 * waited when the run ended was to the end.
 */
export class DueOperations {
  private readonly regions: ReadonlyMap<RegionName, Region>
  private readonly running = new Map<number, Region>()
  private known = false

  constructor(regions: readonly RegionName[]) {
    const none = () => ({ intendedUs: new Float64Array(0), past: 0, unplanned: 0, over: 0 })
    this.regions = new Map(regions.map((region) => [region, none()]))
  }

  /** All that is planned, in the order of intended times. */
  expect(operations: readonly Operation[]): void {
    this.known = true
    for (const [region, own] of this.regions) {
      const planned = operations.filter((one) => one.region === region)
      own.intendedUs = Float64Array.from(planned, ({ intendedUs }) => intendedUs)
    }
  }

  see(event: RecordEvent): void {
    if (event.type === 'op.start') {
      const region = this.regions.get(event.region)
      if (!region) return
      this.running.set(event.op, region)
      // The next search of a closed loop is due when it is sent.
      if (event.closed) region.unplanned++
    }
    if (event.type === 'op.end') {
      const region = this.running.get(event.op)
      if (region && this.running.delete(event.op)) region.over++
    }
    if (event.type === 'op.shed' && event.reason === 'in-flight cap') {
      const region = this.regions.get(event.region)
      if (region) region.over++
    }
  }

  /** Without samples where nobody said what is planned. `nowUs` never goes back. */
  inFlight(nowUs: Us): Family {
    const now = new Tally()
    if (this.known)
      for (const [region, own] of this.regions) {
        while (own.past < own.intendedUs.length && (own.intendedUs[own.past] as Us) <= nowUs)
          own.past++
        now.set({ region }, own.past + own.unplanned - own.over)
      }
    return now.gauge('operations_in_flight', 'operations that are due and have not ended yet')
  }
}
