import { z } from 'zod'
import { type Guarantees, nothingPromised, promised } from '../../model/guarantees.ts'
import { allHazards, hazardsBut } from '../../model/hazard.ts'
import { MS, type RegionName, SECOND, type Us } from '../../model/units.ts'

const levels = ['strong', 'sequential', 'causal', 'eventual', 'hybrid'] as const

const allOr = z.union([z.literal('all'), z.int().min(1)], {
  error: 'expected all, or a number such as 10',
})

export const gossipQuorumKnobs = z.strictObject({
  level: z.enum(levels).default('hybrid').describe('the consistency level of all operations'),
  conflict: z
    .enum(['last-writer-wins', 'hybrid-logical-clock', 'lamport'])
    .default('hybrid-logical-clock')
    .describe(
      'what stamps are made of: the wall clock, the wall clock and all stamps seen, or a count alone',
    ),
  copies: z.int().min(3).default(3).describe('regions that keep each point: all of them'),
  write: z
    .int()
    .min(1)
    .default(2)
    .describe('copies a write waits for: levels strong, sequential and hybrid'),
  read: z.int().min(1).default(2).describe('copies a fetch asks: level strong'),
  gossipUs: z
    .int()
    .min(1)
    .default(100 * MS)
    .describe('time between two pushes'),
  gossipKeys: allOr
    .default('all')
    .describe(
      'changed keys in a push: all, or so many random ones, and the others are not sent again',
    ),
  gossipPeers: allOr
    .default('all')
    .describe('peers of a push: all, or so many random ones, who pass it on'),
  antiEntropyUs: z
    .int()
    .min(0)
    .default(5 * SECOND)
    .describe('time between two comparisons of digests with another region; off: none'),
  cacheTtlUs: z
    .int()
    .min(0)
    .default(0)
    .describe('how long points and answers may be kept in memory and given again; off: no cache'),
  cacheSize: z.int().min(1).default(500).describe('points and answers a cache holds, at most'),
  cacheInvalidate: z
    .enum(['on', 'off'])
    .default('on')
    .describe('whether answers that a change made here could alter are dropped'),
  tombstonesUs: z
    .int()
    .min(0)
    .default(600 * SECOND)
    .describe('how long a tombstone is kept'),
  onMinority: z
    .enum(['refuse', 'buffer'])
    .default('refuse')
    .describe('what a region that cannot reach `write` copies does with a write'),
  buffer: z
    .int()
    .min(1)
    .default(1000)
    .describe('changed points that it takes alone before it refuses'),
  suspectUs: z
    .int()
    .min(1)
    .default(SECOND)
    .describe('a region that has not answered for so long counts as cut off'),
  staleAfterUs: z
    .int()
    .min(0)
    .default(0)
    .describe(
      'answers are flagged as stale where the region may lack what another took longer ago than this; off: never',
    ),
  affinityUs: z
    .int()
    .min(0)
    .default(300 * SECOND)
    .describe(
      'how long a client stays with the region it was routed to; off: each operation is routed anew',
    ),
  healthUs: z
    .int()
    .min(1)
    .default(SECOND)
    .describe('time between two health probes of the load balancer'),
})
export type GossipQuorumKnobs = z.infer<typeof gossipQuorumKnobs>

export const copiesPerWrite = ({ level, write }: GossipQuorumKnobs): number =>
  level === 'causal' || level === 'eventual' ? 1 : write

/** Levels whose clients bring along what they have seen of each point. */
export const keepsSessions = ({ level }: GossipQuorumKnobs): boolean =>
  level === 'strong' || level === 'sequential' || level === 'causal'

/**
 * What each level promises of one point; of reads only for fetches. A wall clock promises nothing of order. What a
 * region has buffered alone is held by one copy, so buffering promises no quorum. A region that lost its disks takes no
 * part before it has what all others have: what had a quorum outlives one loss, what one region alone had does not. Under
 * a wrong clock a later write may lose against an older one, and a clock at another speed measures another bound.
 */
export function promises(knobs: GossipQuorumKnobs): Guarantees {
  const { level, conflict, copies, write, read, antiEntropyUs, onMinority } = knobs
  const ordered = conflict !== 'last-writer-wins'
  const strong = ordered && level === 'strong'
  const sessions = ordered && keepsSessions(knobs)
  const counted = copiesPerWrite(knobs) > 1 && onMinority === 'refuse'
  const once = hazardsBut('disks-lost-twice')
  const outlives = counted ? once : hazardsBut('disk-loss', 'disks-lost-twice')
  const inTime = outlives.filter((hazard) => hazard !== 'wrong-clock' && hazard !== 'clock-drift')
  return {
    ...nothingPromised,
    convergence: promised(antiEntropyUs > 0, once),
    durability: promised(counted, once),
    causalWrites: promised(ordered, outlives),
    readYourWrites: promised(sessions && 'fetches', outlives),
    monotonicReads: promised(sessions && 'fetches', outlives),
    linearizable: promised(strong, once),
    sequential: promised(strong || (ordered && level === 'sequential'), once),
    causal: promised(sessions, outlives),
    monotonicWrites: promised(sessions, outlives),
    writesFollowReads: promised(sessions, outlives),
    stalenessUs: promised(staleness(knobs), inTime),
    quorum: promised(
      counted && { write, read: level === 'strong' ? read : 1, of: copies },
      allHazards,
    ),
  }
}

/** Beyond the bound: the way over a link, the store, its tick. A cache that keeps what has changed adds its time. */
const SLACK_US = SECOND

function staleness(knobs: GossipQuorumKnobs): Us | null {
  const { staleAfterUs, gossipKeys, gossipPeers, antiEntropyUs, cacheInvalidate } = knobs
  const complete = gossipKeys === 'all' && gossipPeers === 'all' && antiEntropyUs > 0
  // A count follows no time: the region that counts faster wins over what came later.
  if (staleAfterUs === 0 || !complete || knobs.conflict === 'lamport') return null
  return staleAfterUs + SLACK_US + (cacheInvalidate === 'off' ? knobs.cacheTtlUs : 0)
}

type Problem = { key: string; message: string }

export function knobProblems(knobs: GossipQuorumKnobs, regions: readonly RegionName[]): Problem[] {
  const { level, conflict, copies, write, read, onMinority, gossipPeers } = knobs
  const problems: Problem[] = []
  const wrong = (when: boolean, key: string, message: string) => {
    if (when) problems.push({ key, message })
  }
  const n = regions.length
  wrong(n < 3, 'kind', 'gossip-quorum needs three regions or more')
  wrong(n >= 3 && copies !== n, 'copies', `every region keeps a copy: write copies: ${n}`)
  const many = gossipPeers !== 'all' && gossipPeers >= n
  wrong(n >= 3 && many, 'gossipPeers', `there are ${n - 1} other regions: write gossipPeers: all`)
  wrong(write > copies, 'write', `write: ${write} of ${copies} copies can never be reached`)
  wrong(read > copies, 'read', `read: ${read} of ${copies} copies can never be reached`)
  const overlap = copies + 1 - write
  const most = `write: ${write} and read: ${read} of ${copies} copies need not meet`
  if (level === 'strong')
    wrong(write + read <= copies, 'read', `${most}, level strong needs read: ${overlap} or more`)
  if (level !== 'strong' && level !== 'sequential') return problems
  const clock = `level ${level} needs stamps that go up: write hybrid-logical-clock or lamport`
  wrong(conflict === 'last-writer-wins', 'conflict', clock)
  const alone = `buffer acknowledges a write that one region holds, level ${level} cannot: write refuse`
  wrong(onMinority === 'buffer', 'onMinority', alone)
  return problems
}
