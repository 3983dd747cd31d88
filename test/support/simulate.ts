import type { HopEvent, RecordEvent } from '../../harness/model/record.ts'

export {
  pool,
  type Simulated,
  type SimulateOptions,
  simulate,
} from '../../harness/experiments/prove/simulation.ts'

/** All hops of one write, in order. */
export const hopsOf = (events: readonly RecordEvent[], write: number): HopEvent[] =>
  events.filter((event): event is HopEvent => event.type === 'hop' && event.write === write)
