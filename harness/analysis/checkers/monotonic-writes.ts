import type { PointId } from '../../model/point.ts'
import type { Us } from '../../model/units.ts'
import type { Facts } from '../facts/facts.ts'
import { followRegions } from '../facts/region-order.ts'
import type { Version } from '../facts/versions.ts'
import { before } from '../facts/versions.ts'
import { type Checker, heldTo } from './finding.ts'
import { setbackFinding } from './setback-finding.ts'

/**
 * Two writes of one client to one id take effect in their order in every region: where the later one has come, the
 * earlier one is never the current version again. Writes that a client sent without waiting for the answer to the
 * first, or that it never had an answer to, have no order.
 */
export const monotonicWrites: Checker = (facts, guarantees) => {
  const firstAck = firstAcks(facts)
  const order = followRegions(facts, {
    binds: (over) => firstAck(over) < over.inv,
    forbids: (back, over) => back.op?.client === over.op?.client && before(back, over),
  })
  return setbackFinding(order, {
    checker: 'monotonic-writes',
    ...heldTo(guarantees.monotonicWrites, facts),
    held: 'No region took two writes of one client in another order than the client',
    broken: 'Regions took writes of one client in another order than the client',
    unseen: 'No client wrote an id twice, or no region took the second.',
    why: ({ over }) => `which ${over.op?.client} sent after it`,
  })
}

/** When the first write of this writer to this id was acknowledged; ∞ if none was. */
function firstAcks({ versions }: Facts): (version: Version) => Us {
  const byId = new Map<PointId, Map<string, Us>>()
  return ({ id, op }) => {
    let acks = byId.get(id)
    if (!acks) {
      acks = new Map()
      for (const { ack, op: by } of versions.of(id))
        if (by) acks.set(by.client, Math.min(ack, acks.get(by.client) ?? Number.POSITIVE_INFINITY))
      byId.set(id, acks)
    }
    return acks.get(op?.client ?? '') ?? Number.POSITIVE_INFINITY
  }
}
