import type { PointId, WriteId } from './point.ts'
import type { RegionName, Us } from './units.ts'

/**
 * One station of one write in one region.
 * `logged`: in a region's own log. `mirrored`: in a target's copy of another region's log (once per copy).
 * `applied`: the store of `region` acknowledged this version. `older`, `duplicate`: the applier found a newer
 * version, or this very one, already there (`tie`: stamps equal but for the region). `again`: a log brought it a second
 * time; whether it has been applied by then is not said. `unanswered`: the store was given this version and did not
 * answer in time, so that it may be there or come to be. `visible`: the version (or its tombstone) acts on searches;
 * of one that was never `applied` this is the first that is known.
 */
export type HopEvent = {
  type: 'hop'
  t: Us
  hop:
    | 'logged'
    | 'mirrored'
    | 'applied'
    | 'unanswered'
    | 'older'
    | 'duplicate'
    | 'again'
    | 'visible'
  region: RegionName
  write: WriteId
  id: PointId
  /** logged, mirrored: the log's partition and offset. */
  partition?: number
  offset?: number
  /** mirrored: whose log it is a copy of. */
  from?: RegionName
  /** applied, unanswered, older, duplicate, again, logged: which incarnation of the region's agent did it. */
  incarnation?: number
  tie?: true
  /** applied: the shard it is kept in now, for systems with shards. */
  shard?: number
  /** applied: a tombstone took this version out, as if it had never been written. */
  dropped?: true
}
