import type { Layout } from '../../model/layout.ts'
import type { PointId } from '../../model/point.ts'
import type { RegionName } from '../../model/units.ts'
import { HashRing } from './hash-ring.ts'

type Placing = {
  shards: number
  virtualNodes: number
  /** Regions that keep a shard: the primary and its secondaries. */
  copies: number
  /** Regions that shards are placed in, as text; empty: all. */
  placedIn: string
  /** The first so many shards are kept in the regions of `pinnedTo` only. */
  pinnedShards: number
  pinnedTo: string
}

/** A layout whose questions can also be asked of a shard. */
export type PlacedShards = Layout & {
  shardOfId(id: PointId): number
  holdersOf(shard: number): readonly RegionName[]
  pinnedTo(shard: number): readonly RegionName[] | null
}

/** Two rings: ids over shards, and shards over regions. Pinned shards have a ring of their regions alone. */
export function placeShards(placing: Placing, regions: readonly RegionName[]): PlacedShards {
  const { shards, virtualNodes, copies, pinnedShards } = placing
  const names = Array.from({ length: shards }, (_, shard) => `shard-${shard}`)
  const ids = new HashRing(names, virtualNodes)
  const over = regionList(placing.placedIn)
  const home = regionList(placing.pinnedTo)
  const free = new HashRing(over.length > 0 ? over : regions, virtualNodes)
  const bound = pinnedShards > 0 ? new HashRing(home, virtualNodes) : free
  const holders = names.map((name, shard) =>
    (shard < pinnedShards ? bound : free).owners(name, copies),
  )
  const known = new Map<PointId, number>()
  const shardOfId = (id: PointId): number => {
    let shard = known.get(id)
    if (shard === undefined) {
      shard = names.indexOf(ids.owner(`id-${id}`))
      known.set(id, shard)
    }
    return shard
  }
  const holdersOf = (shard: number) => holders[shard] as RegionName[]
  const pinnedTo = (shard: number) => (shard < pinnedShards ? home : null)
  return {
    shards,
    shardOf: shardOfId,
    shardOfId,
    holders: (id) => holdersOf(shardOfId(id)),
    pinned: (id) => pinnedTo(shardOfId(id)),
    holdersOf,
    pinnedTo,
  }
}

/** What is wrong with knobs of placing and weighing, seen from the regions. */
export function placingProblems(
  { copies, shards, placedIn, pinnedShards, pinnedTo, weights }: Placing & { weights: string },
  regions: readonly RegionName[],
): { key: string; message: string }[] {
  const strange = (key: string, text: string) =>
    regionList(text)
      .filter((name) => !regions.includes(name))
      .map((name) => wrong(key, `${name} is no region. Write one of ${regions.join(', ')}.`))
  const badWeight = [...regionWeights(weights)].some(
    ([region, weight]) => !regions.includes(region) || !(weight >= 0),
  )
  return [
    ...strange('placedIn', placedIn),
    ...strange('pinnedTo', pinnedTo),
    ...(copies > regions.length
      ? [wrong('copies', `there are only ${regions.length} regions. Write at most that.`)]
      : []),
    ...(pinnedShards > shards
      ? [wrong('pinnedShards', `there are only ${shards} shards. Write at most that.`)]
      : []),
    ...(pinnedShards > 0 && regionList(pinnedTo).length === 0
      ? [wrong('pinnedTo', 'pinned shards need a region. Write pinnedTo: and its name.')]
      : []),
    ...(badWeight
      ? [
          wrong(
            'weights',
            'a weight is a region and a number. Write weights: us-east 3, eu-west 1.',
          ),
        ]
      : []),
  ]
}

const wrong = (key: string, message: string) => ({ key, message })

/** `us-east, eu-west`: a list of regions as a knob is written; empty text is no region. */
const regionList = (text: string): RegionName[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

/** `us-east 3, eu-west 1`: a number for each region; NaN where there is none. */
export const regionWeights = (text: string): Map<RegionName, number> =>
  new Map(
    regionList(text).map((part) => {
      const [region, weight] = part.split(/\s+/)
      return [region as RegionName, Number(weight)]
    }),
  )
