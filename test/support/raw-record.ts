import type { RecordEvent } from '../../harness/model/record.ts'
import type { Us } from '../../harness/model/units.ts'

/**
 * Figures worked out from the lines of a record alone, by the shortest way and without anything of `harness/analysis`:
 * what known answers are compared with.
 */
type Of<T extends RecordEvent['type']> = Extract<RecordEvent, { type: T }>

export function linesOf<T extends RecordEvent['type']>(
  events: readonly RecordEvent[],
  type: T,
): Of<T>[] {
  return events.filter((event): event is Of<T> => event.type === type)
}

/** When the injector took a fault away. */
export function healUs(events: readonly RecordEvent[], fault: string): Us {
  const healed = linesOf(events, 'fault').find(
    ({ name, what }) => name === fault && what === 'healed',
  )
  if (!healed) throw new Error(`${fault} was never healed`)
  return healed.t
}

/** From `fromUs` until the last write acknowledged before it was applied in `region`, where every id is written once. */
export function lastArrivalAfterUs(events: readonly RecordEvent[], region: string, fromUs: Us): Us {
  const acknowledged = new Set(
    linesOf(events, 'op.end')
      .filter(({ t, outcome, ids }) => outcome === 'ok' && ids === undefined && t < fromUs)
      .map(({ op }) => op),
  )
  const arrivals = linesOf(events, 'hop').filter(
    (hop) => hop.hop === 'applied' && hop.region === region && acknowledged.has(hop.write),
  )
  const first = new Map<number, Us>()
  for (const { write, t } of arrivals) if (!first.has(write)) first.set(write, t)
  if (first.size < acknowledged.size) throw new Error(`some writes never came to ${region}`)
  return Math.max(fromUs, ...first.values()) - fromUs
}

type RawOperation = { kind: string; intended: Us; done: Us; outcome: string }

/** Every operation that was dispatched and ended. */
export function rawOperations(events: readonly RecordEvent[]): RawOperation[] {
  const ends = new Map(linesOf(events, 'op.end').map((end) => [end.op, end]))
  return linesOf(events, 'op.start').flatMap(({ op, kind, intended }) => {
    const end = ends.get(op)
    return end ? [{ kind, intended, done: end.t, outcome: end.outcome }] : []
  })
}

/** Operations intended by `us` and not ended then. */
export function inFlightAt(operations: readonly RawOperation[], us: Us): number {
  let count = 0
  for (const { intended, done } of operations) if (intended <= us && us < done) count++
  return count
}

/** The value that a share `q` of all do not exceed. */
export const quantileOf = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(q * values.length) - 1] as number
