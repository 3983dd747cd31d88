import type { WriteId } from '../../model/point.ts'
import type { Us } from '../../model/units.ts'
import type { History } from './history.ts'
import type { Ops } from './ops.ts'
import { inStoreFrom, type Journeys } from './stations.ts'
import type { Version } from './versions.ts'

/**
 * Whether whoever wrote `later` knew of `earlier` when it did: it had been applied at the gateway, or the client had
 * read or written it. What was merely acknowledged elsewhere is concurrent: nobody there could know of it.
 */
export type Causality = (earlier: Version, later: Version) => boolean

export function causalityOf(history: History, journeys: Journeys): Causality {
  let reads: ReturnType<typeof readsByClient> | null = null
  return (earlier, later) => {
    if (earlier.write === 0 || later.op === null) return true
    const { gateway, client } = later.op
    if (inStoreFrom(journeys.at(earlier.write, gateway)) <= later.inv) return true
    if (earlier.op?.client === client && earlier.ack <= later.inv) return true
    reads ??= readsByClient(history.ops)
    return (reads.get(client)?.get(earlier.write) ?? NEVER) <= later.inv
  }
}

const NEVER = Number.POSITIVE_INFINITY

/** When each client first knew of each write. The base is known to all. */
function readsByClient(ops: Ops): Map<string, Map<WriteId, Us>> {
  const reads = new Map<string, Map<WriteId, Us>>()
  for (const { client, done, writes } of ops) {
    if (done === null) continue
    for (const write of writes) {
      if (write === 0) continue
      const mine = reads.get(client) ?? new Map<WriteId, Us>()
      reads.set(client, mine)
      mine.set(write, Math.min(done, mine.get(write) ?? NEVER))
    }
  }
  return reads
}
