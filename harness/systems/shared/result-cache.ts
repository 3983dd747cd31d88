import type { Space } from '../../model/layout.ts'
import type { PointId, Row } from '../../model/point.ts'
import { SECOND, type Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Hit } from '../../ports/store.ts'

type CacheKnobs = {
  /** How long an answer may be given again; 0: there is no cache. */
  ttlUs: Us
  /** Answers it holds; the one used longest ago makes room. */
  size: number
  /** Drop answers that a change made here could alter. */
  invalidate: boolean
}

type Entry = { query: Row; hits: Hit[]; atUs: Us }
type Changed = { id: PointId; row: Row; deleted: boolean }

/** Rounding of what stores call squared distance, for vectors of length 1: more may be dropped, never less. */
const SLACK = 0.02
/** For so long after a store took a change, searches may still be answered without it. */
const UNSEEN_US: Us = SECOND
const LONGEST_QUERY_US: Us = 5 * SECOND

/** Answers to whole queries, top k, at the edge of one region. */
export class ResultCache {
  private readonly entries = new Map<string, Entry>()
  /** Changes that answers under way may not show. */
  private recent: { change: Changed; atUs: Us }[] = []

  private readonly clock: Clock
  private readonly space: Space
  private readonly knobs: CacheKnobs

  constructor(clock: Clock, space: Space, knobs: CacheKnobs) {
    this.clock = clock
    this.space = space
    this.knobs = knobs
  }

  get(query: Row, k: number): { hits: Hit[]; ageUs: Us } | undefined {
    const key = `${query}/${k}`
    const entry = this.entries.get(key)
    if (!entry) return undefined
    const ageUs = this.clock.elapsed() - entry.atUs
    this.entries.delete(key)
    if (ageUs > this.knobs.ttlUs) return undefined
    this.entries.set(key, entry)
    return { hits: entry.hits, ageUs }
  }

  /** `askedUs`: when the stores were asked, by the agent's clock: the age of the answer counts from then. */
  put(query: Row, k: number, hits: Hit[], askedUs: Us): void {
    const { ttlUs, size } = this.knobs
    if (ttlUs === 0 || hits.length < k || this.clock.elapsed() - askedUs > LONGEST_QUERY_US) return
    const entry = { query, hits, atUs: askedUs }
    const late = this.recent.filter(({ atUs }) => atUs + UNSEEN_US >= askedUs)
    if (late.some(({ change }) => this.alters(change, entry))) return
    const key = `${query}/${k}`
    this.entries.delete(key)
    this.entries.set(key, entry)
    if (this.entries.size <= size) return
    const [oldest] = this.entries.keys()
    this.entries.delete(oldest as string)
  }

  /** A change was made here: what it is in, and what it would come into, is asked for again. */
  changed(change: Changed): void {
    if (this.knobs.ttlUs === 0 || !this.knobs.invalidate) return
    const now = this.clock.elapsed()
    const horizonUs = now - UNSEEN_US - LONGEST_QUERY_US
    this.recent = this.recent.filter(({ atUs }) => atUs >= horizonUs)
    this.recent.push({ change, atUs: now })
    for (const [key, entry] of this.entries)
      if (this.alters(change, entry)) this.entries.delete(key)
  }

  private alters({ id, row, deleted }: Changed, { query, hits }: Entry): boolean {
    if (hits.some((hit) => hit.id === id)) return true
    const worst = hits[hits.length - 1]?.distance ?? 0
    return !deleted && this.distance(query, row) <= worst + SLACK
  }

  /** Squared distance of vectors of length 1, by the cosine of their codes. */
  private distance(query: Row, row: Row): number {
    const a = this.space.query(query)
    const b = this.space.row(row)
    let dot = 0
    let squaresA = 0
    let squaresB = 0
    for (let i = 0; i < this.space.dim; i++) {
      const x = a[i] as number
      const y = b[i] as number
      dot += x * y
      squaresA += x * x
      squaresB += y * y
    }
    return 2 - (2 * dot) / Math.sqrt(squaresA * squaresB)
  }
}
