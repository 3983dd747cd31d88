import type { History } from './history.ts'
import type { Op } from './op.ts'
import { inStoreFrom, type Journeys } from './stations.ts'
import type { Version } from './versions.ts'

/**
 * Whether whoever wrote `later` knew of `earlier` when it did: it had been applied at the gateway, or the client had
 * read or written it. What was merely acknowledged elsewhere is concurrent: nobody there could know of it.
 */
export type Causality = (earlier: Version, later: Version) => boolean

export function causalityOf({
  history,
  journeys,
}: {
  history: History
  journeys: Journeys
}): Causality {
  const reads = readsByClient(history.ops)
  return (earlier, later) => {
    if (earlier.write === 0 || later.op === null) return true
    const { gateway, client } = later.op
    if (inStoreFrom(journeys.at(earlier.write, gateway)) <= later.inv) return true
    if (earlier.op?.client === client && earlier.ack <= later.inv) return true
    return (reads.get(client) ?? []).some(
      ({ done, writes }) => done !== null && done <= later.inv && writes.includes(earlier.write),
    )
  }
}

function readsByClient(ops: readonly Op[]): Map<string, Op[]> {
  const reads = new Map<string, Op[]>()
  for (const op of ops) {
    if (op.writes.length === 0) continue
    const mine = reads.get(op.client)
    if (mine) mine.push(op)
    else reads.set(op.client, [op])
  }
  return reads
}
