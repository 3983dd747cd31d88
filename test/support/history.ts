import { type Facts, factsOf } from '../../harness/analysis/facts/facts.ts'
import { collectHistory } from '../../harness/analysis/facts/history.ts'
import type { RecordEvent } from '../../harness/model/record.ts'

/** What the analysis makes of events in memory: for tests that look below its rows. */
export function factsFrom(events: readonly RecordEvent[]): Facts {
  const history = collectHistory((take) => {
    let lastUs = 0
    for (const [i, event] of events.entries()) {
      // The analysis adds line numbers to the events it is given: those of the test stay as they are.
      take({ ...event }, i + 1)
      lastUs = Math.max(lastUs, event.t)
    }
    return { lines: events.length, lastUs, cutOff: null }
  })
  return factsOf(history)
}
