import type { PointId } from '../../model/point.ts'
import type { Us } from '../../model/units.ts'
import type { Facts } from '../facts/facts.ts'
import { followRegions } from '../facts/region-order.ts'
import { before, type Version } from '../facts/versions.ts'
import { type Checker, heldTo } from './finding.ts'
import { setbackFinding } from './setback-finding.ts'

/** A version that a client was shown, and by when. */
type Shown = { version: Version; us: Us }

/**
 * A write of a client that has read a version of the same id stays ahead of that version in every region: where it
 * has come, neither the version read nor an older one that the writer of that one knew of is ever current again.
 * Searches count as reads too.
 */
export const writesFollowReads: Checker = (facts, guarantees) => {
  const reads = readsByWriters(facts)
  const { knewOf } = facts
  const readBefore = (over: Version) =>
    (reads.get(over.id)?.get(over.op?.client ?? '') ?? []).filter(({ us }) => us < over.inv)
  const order = followRegions(facts, {
    binds: (over) => readBefore(over).length > 0,
    forbids: (back, over) =>
      readBefore(over).some(
        ({ version }) => version === back || (before(back, version) && knewOf(back, version)),
      ),
  })
  return setbackFinding(order, {
    checker: 'writes-follow-reads',
    ...heldTo(guarantees.writesFollowReads, facts),
    held: 'No region went back from a write to what its writer had read',
    broken:
      'Regions went back from a write to what its writer had read, or to what came before that,',
    unseen: 'No client read an id and wrote it then, or no region took what it wrote.',
    why: ({ over }) =>
      `which ${over.op?.client} sent after reading that one, or one that followed it`,
  })
}

/** What clients were shown of ids that they wrote themselves, in order of the record. */
function readsByWriters({ history, versions }: Facts): Map<PointId, Map<string, Shown[]>> {
  const reads = new Map<PointId, Map<string, Shown[]>>()
  for (const { kind, id, client } of history.ops) {
    if (kind !== 'upsert' && kind !== 'delete') continue
    const writers = reads.get(id)
    if (!writers) reads.set(id, new Map([[client, []]]))
    else if (!writers.has(client)) writers.set(client, [])
  }
  for (const { client, outcome, done, ids, writes } of history.ops) {
    if (outcome !== 'ok' || done === null) continue
    for (let i = 0; i < ids.length; i++) {
      const mine = reads.get(ids[i] as PointId)?.get(client)
      const version = mine && versions.get(ids[i] as PointId, writes[i] as number)
      if (version) mine.push({ version, us: done })
    }
  }
  return reads
}
