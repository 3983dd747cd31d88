import type { Witness } from '../../model/finding.ts'
import type { CommitEvent } from '../../model/record.ts'
import { counted } from '../../text/value.ts'
import { moment } from '../../text/wording.ts'
import type { Facts } from '../facts/facts.ts'
import type { History, Lined } from '../facts/history.ts'
import { type Copy, type Mirroring, mayRepeat } from '../facts/mirroring.ts'
import { type Checker, conclude } from './finding.ts'

/**
 * A mirror keeps the order of each partition: what stands later in the source comes later in the copy, and it goes
 * back only to repeat itself after a restart, a fault on its way or on a machine that could not keep up. A consumer group that has committed an offset
 * never commits a smaller one, unless its region started again in between. Says nothing where nothing is copied and
 * nothing committed.
 */
export const partitionOrder: Checker = (facts) => {
  const { history, mirrorings } = facts
  const copies = mirrorings.reduce((sum, { copies: own }) => sum + own.length, 0)
  if (mirrorings.length === 0 && history.commits.length === 0) return null
  const swapped = mirrorings.flatMap((one) => swapsOf(one, facts))
  const back = stepsBack(history)
  const evidence = copies + history.commits.length
  return conclude({
    checker: 'partition-order',
    about: 'correctness',
    promised: true,
    evidence,
    violations: swapped.length + back.length,
    witnesses: [...swapped.slice(0, 8), ...back.slice(0, 8)],
    held: `${counted(copies, 'copy', 'copies')} are in the order of their source, and no group went back in ${counted(history.commits.length, 'commit')}.`,
    broken:
      `${counted(swapped.length, 'copy', 'copies')} of ${copies} came out of order, and groups went back in ` +
      `${back.length} of ${counted(history.commits.length, 'commit')}.`,
    unseen: 'Nothing was copied, and no group committed anything.',
  })
}

function swapsOf(mirroring: Mirroring, facts: Facts): Witness[] {
  const furthest = new Map<number, Copy>()
  const seen = new Set<unknown>()
  const found: Witness[] = []
  for (const copy of mirroring.copies) {
    const { source, hop } = copy
    const last = furthest.get(source.lane)
    const again = seen.has(source)
    seen.add(source)
    if (!last || source.offset > last.source.offset) {
      furthest.set(source.lane, copy)
      continue
    }
    if (again && mayRepeat(mirroring, facts, hop.t)) continue
    const what = again ? 'came once more' : 'came'
    found.push({
      sentence:
        `Write ${hop.write}, offset ${source.offset} of partition ${source.partition} in ${mirroring.from}, ${what} to ` +
        `${mirroring.to} at ${moment(hop.t)}, after write ${last.hop.write}, which is at offset ${last.source.offset}.`,
      lines: [source.line, last.source.line, last.hop.line, hop.line],
    })
  }
  return found
}

function stepsBack({ commits, agents }: History): Witness[] {
  const lasts = new Map<string, Lined<CommitEvent>>()
  const found: Witness[] = []
  for (const commit of commits) {
    const { region, group, topic, offsets } = commit
    const key = `${region} ${group} ${topic}`
    const last = lasts.get(key)
    lasts.set(key, commit)
    const partition = last ? offsets.findIndex((next, p) => next < (last.offsets[p] ?? 0)) : -1
    if (!last || partition < 0) continue
    const restarted = agents.some(
      ({ region: at, what, t }) =>
        at === region && (what === 'start' || what === 'resume') && t > last.t && t <= commit.t,
    )
    if (restarted) continue
    found.push({
      sentence:
        `Group ${group} in ${region} committed offset ${last.offsets[partition]} of ${topic}, partition ${partition}, at ` +
        `${moment(last.t)}, and ${offsets[partition]} at ${moment(commit.t)}.`,
      lines: [last.line, commit.line],
    })
  }
  return found
}
