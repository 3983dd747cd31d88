import type { Background } from '../../base/signal.ts'
import {
  changeBytes,
  type PointId,
  type Row,
  type StoredPoint,
  type WriteId,
} from '../../model/point.ts'
import { type RegionName, SECOND, type Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import { CallError } from '../../ports/errors.ts'
import type { Network, Serving } from '../../ports/network.ts'
import type { Call, Hit, VectorStore } from '../../ports/store.ts'
import type { Journal } from '../../ports/system.ts'
import { type ConflictRule, keeps } from '../shared/conflict.ts'
import type { WalApplier } from './applier.ts'

const ASK = 'what-do-you-have'

/** A search, or only points by id; `ids` are those the asker has already. */
type Question = { query?: Row; k: number; ids: readonly PointId[]; deadlineUs: Us }
type Answered = { hits: Hit[]; points: StoredPoint[]; behind: boolean; from: RegionName }

type StaleReading = {
  clock: Clock
  store: VectorStore
  network: Network & Serving
  journal: Journal
  dim: number
  rule: ConflictRule
  asks: SharedAsks
  background: Background
  deadlineUs: Us
  applier: WalApplier
  /** Whether this region itself is behind its own log by more than the bound. */
  behindItself: () => boolean
}

/**
 * Asks the regions a read is behind of what they have, in one round trip: their hits and the versions of all ids that
 * either side found. What was missing here is applied (read-repair) while the answer goes out.
 */
export class StaleReads {
  private readonly repairing = new Set<WriteId>()

  private readonly work: StaleReading

  constructor(work: StaleReading) {
    this.work = work
    work.network.serve(ASK, async ({ body }) => {
      const reply = await this.answer(body as Question)
      const headBytes = 64 + 20 * reply.hits.length
      const bytes = reply.points.reduce(
        (sum, point) => sum + changeBytes(point, work.dim),
        headBytes,
      )
      return { kind: ASK, bytes, body: reply }
    })
  }

  /** The local hits set right by what `regions` have; undefined if one of them cannot say. */
  async search(
    query: Row,
    k: number,
    local: readonly Hit[],
    regions: readonly RegionName[],
    call: Call,
  ): Promise<Hit[] | undefined> {
    const ids = local.map(({ id }) => id)
    const question = { query, k, ids, deadlineUs: this.work.deadlineUs }
    const answers = await this.ask(regions, `search ${query} ${k} ${ids.join()}`, question)
    if (!answers) return undefined
    const hits = [...local, ...answers.flatMap((answer) => answer.hits)]
    const found = [...new Set(hits.map(({ id }) => id))]
    const here = await this.work.applier.read(found, call)
    const newest = this.newest(here, answers)
    const best = new Map<PointId, Hit>()
    for (const hit of hits) {
      const point = newest.get(hit.id)
      if (point && !point.deleted && point.write === hit.write) best.set(hit.id, hit)
    }
    return [...best.values()].sort((a, b) => a.distance - b.distance || a.id - b.id).slice(0, k)
  }

  /** The newest version of a point among the local one and those of `regions`. */
  async fetch(
    id: PointId,
    local: StoredPoint | undefined,
    regions: readonly RegionName[],
  ): Promise<{ point: StoredPoint | undefined } | undefined> {
    const question = { k: 0, ids: [id], deadlineUs: this.work.deadlineUs }
    const answers = await this.ask(regions, `fetch ${id}`, question)
    if (!answers) return undefined
    return { point: this.newest(local ? [local] : [], answers).get(id) }
  }

  private async ask(
    regions: readonly RegionName[],
    name: string,
    body: Question,
  ): Promise<Answered[] | undefined> {
    const { asks, network, deadlineUs, dim } = this.work
    const vectorBytes = body.query === undefined ? 0 : 4 * dim
    const message = { kind: ASK, bytes: 64 + vectorBytes + 8 * body.ids.length, body }
    const answers = await Promise.all(
      regions.map((region) =>
        asks.ask(region, name, async () => {
          const reply = await network.call(region, message, deadlineUs)
          return { ...(reply.body as Omit<Answered, 'from'>), from: region }
        }),
      ),
    )
    const answered = answers.filter((answer): answer is Answered => answer !== undefined)
    return answered.length < regions.length || answered.some(({ behind }) => behind)
      ? undefined
      : answered
  }

  private async answer({ query, k, ids, deadlineUs }: Question): Promise<Omit<Answered, 'from'>> {
    const { store, applier, behindItself } = this.work
    const behind = behindItself()
    const call = { op: 0, deadlineUs }
    const hits =
      query === undefined ? [] : await store.search({ query, k, consistency: 'bounded' }, call)
    const wanted = new Set([...ids, ...hits.map(({ id }) => id)])
    return { hits, points: await applier.read([...wanted], call), behind }
  }

  /** The newest version of each point; those that are missing here are applied meanwhile. */
  private newest(
    here: readonly StoredPoint[],
    answers: readonly Answered[],
  ): Map<PointId, StoredPoint> {
    const newest = new Map(here.map((point) => [point.id, point]))
    for (const { points, from } of answers) {
      const missing = points.filter((point) => {
        const known = newest.get(point.id)
        return !known || !keeps(this.work.rule, known.stamp, point.stamp)
      })
      for (const point of missing) newest.set(point.id, point)
      this.repair(missing, from)
    }
    return newest
  }

  /** Not waited for: the answer has what it needs. */
  private repair(points: readonly StoredPoint[], from: RegionName): void {
    const due = points.filter(({ write }) => write > 0 && !this.repairing.has(write))
    if (due.length === 0) return
    for (const { write } of due) this.repairing.add(write)
    this.work.journal.repaired('read-repair', due.length, from)
    const repaired = this.work.applier.merge(due).then(() => {
      for (const { write } of due) this.repairing.delete(write)
    })
    this.work.background.start(repaired)
  }
}

/**
 * Questions to others that must not become a stampede: at most so many are open, equal ones share one answer, and one
 * who did not answer is left alone for a while. What is not asked gives undefined at once.
 */
export class SharedAsks {
  private readonly open = new Map<string, Promise<unknown>>()
  private readonly quietUntilUs = new Map<string, Us>()

  private readonly clock: Clock
  private readonly most: number
  /** How long somebody who did not answer is not asked again. */
  private readonly quietUs: Us

  constructor(clock: Clock, most: number, quietUs: Us = SECOND) {
    this.clock = clock
    this.most = most
    this.quietUs = quietUs
  }

  /** The answer of `whom` to what `question` names; undefined if it was not asked or did not answer. */
  async ask<T>(whom: string, question: string, work: () => Promise<T>): Promise<T | undefined> {
    const key = `${whom} ${question}`
    const shared = this.open.get(key)
    if (shared) return (await shared) as T | undefined
    if (this.open.size >= this.most) return undefined
    if ((this.quietUntilUs.get(whom) ?? Number.NEGATIVE_INFINITY) > this.clock.elapsed())
      return undefined
    const asking = this.asked(whom, work)
    this.open.set(key, asking)
    try {
      return await asking
    } finally {
      this.open.delete(key)
    }
  }

  private async asked<T>(whom: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      this.quietUntilUs.set(whom, this.clock.elapsed() + this.quietUs)
      return undefined
    }
  }
}
