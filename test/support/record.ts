import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Analysed, analyseHistory } from '../../harness/analysis/analyse.ts'
import type { Checked } from '../../harness/analysis/checkers/finding.ts'
import { type Facts, factsOf } from '../../harness/analysis/facts/facts.ts'
import { collectHistory, type History } from '../../harness/analysis/facts/history.ts'
import type { Neighbours } from '../../harness/analysis/metrics/recall.ts'
import { type Guarantee, type Guarantees, promised } from '../../harness/model/guarantees.ts'
import { allHazards } from '../../harness/model/hazard.ts'
import type { Layout } from '../../harness/model/layout.ts'
import type { Outcome } from '../../harness/model/operation.ts'
import type { Plan } from '../../harness/model/plan.ts'
import type {
  FaultEvent,
  HopEvent,
  OpEnd,
  OpShed,
  OpStart,
  RecordEvent,
  StoreEvent,
} from '../../harness/model/record.ts'
import { SECOND, type Us } from '../../harness/model/units.ts'
import { aLoad, aPlan } from './plan.ts'

/** A promise that outlives whatever happens. */
export const always = <const What>(is: What): Guarantee<What> => promised(is, allHazards)

export const everythingPromised: Guarantees = {
  convergence: always(true),
  durability: always(true),
  causalWrites: always(true),
  readYourWrites: always('all reads'),
  monotonicReads: always('all reads'),
  linearizable: always(true),
  sequential: always(true),
  causal: always(true),
  monotonicWrites: always(true),
  writesFollowReads: always(true),
  stalenessUs: always(SECOND),
  staleVersions: always(1),
  flagsPartial: always(true),
  quorum: null,
  singleApply: always(true),
  amplification: always(10),
  fencedPrimary: always(true),
  onePrimary: always(true),
}

/** What every operation has; `done` null: still running at the end. */
type OpParts = {
  op: number
  at: Us
  done?: Us | null
  region?: string
  client?: string
  gateway?: string
  intended?: Us
  outcome?: Outcome
  error?: string
  cacheAge?: Us
} & Pick<OpEnd, 'from' | 'stale' | 'partial' | 'shards'>
type Version = [id: number, write: number]
/** Write (or writes) held for an id; null: nothing. */
type Held = Readonly<Record<number, number | number[] | null>>

/** Vectors on a line: row r stands at r, query q at q. Ties by row, as in the real table. */
export function neighboursOnALine(rows: number): Neighbours {
  const distance = (query: number, row: number) => (row - query) ** 2
  return {
    distance,
    list: (query) =>
      Int32Array.from({ length: rows }, (_, row) => row).sort(
        (a, b) => distance(query, a) - distance(query, b) || a - b,
      ),
  }
}

/**
 * A record written by hand: two regions, base ids 0 … 4, a second of warm-up, ten of run, four of settle, searches
 * and writes in both. Every event has a default for all that a test does not mean; events are put in order of time.
 */
export const aRecord = (over: Partial<Plan> = {}): RecordScript =>
  new RecordScript(
    aPlan({
      data: { set: 'line', base: 5 },
      timeline: { warmupUs: SECOND, runUs: 10 * SECOND, settleUs: 4 * SECOND },
      load: ['us', 'eu'].map((region) => aLoad({ region })),
      ...over,
    }),
  )

/** Says what happened, one call an event or two; every call gives the script back. */
export class RecordScript {
  private readonly said: RecordEvent[] = []
  private readonly rows = new Map<number, number>()
  private end: RecordEvent | null = { type: 'end', t: 15 * SECOND, how: 'complete' }

  readonly plan: Plan

  constructor(plan: Plan) {
    this.plan = plan
  }

  upsert(parts: OpParts & { id: number; row?: number }): this {
    const { id, row = id } = parts
    this.rows.set(parts.op, row)
    return this.operation(parts, { kind: 'upsert', id, row }, null)
  }

  delete(parts: OpParts & { id: number }): this {
    return this.operation(parts, { kind: 'delete', id: parts.id }, null)
  }

  search(parts: OpParts & { query?: number; k?: number; answer?: Version[] }): this {
    const { query = 0, k = 2, answer = [] } = parts
    return this.operation(parts, { kind: 'search', query, k }, answer)
  }

  fetch(parts: OpParts & { id: number; found?: number | null }): this {
    const { id, found = null } = parts
    return this.operation(parts, { kind: 'fetch', id }, found === null ? [] : [[id, found]])
  }

  shed(parts: Pick<OpShed, 'op'> & Partial<OpShed> & { at: Us }): this {
    const { op, at, reason = 'in-flight cap', kind = 'search', region = 'us' } = parts
    const client = `${region}/0`
    return this.say({ type: 'op.shed', t: at, op, kind, client, region, intended: at, reason })
  }

  retry(op: number, at: Us, gateway: string): this {
    return this.say({ type: 'op.try', t: at, op, attempt: 2, gateway })
  }

  /** Hops of one write in one region, each at its time. */
  hops(
    write: number,
    id: number,
    region: string,
    times: Partial<Record<HopEvent['hop'], Us>>,
    incarnation = 1,
  ): this {
    for (const [hop, t] of Object.entries(times) as [HopEvent['hop'], Us][])
      this.say({ type: 'hop', t, hop, region, write, id, incarnation })
    return this
  }

  /** Applied and at once visible in every region. */
  everywhere(write: number, id: number, at: Us): this {
    for (const region of this.plan.regions)
      this.hops(write, id, region, { applied: at, visible: at })
    return this
  }

  agent(region: string, what: 'start' | 'crash', at: Us, incarnation = 1): this {
    return this.say({ type: 'agent', t: at, region, what, incarnation })
  }

  store(region: string, what: StoreEvent['what'], at: Us): this {
    return this.say({ type: 'store', t: at, region, what })
  }

  fault(name: string, times: Partial<Record<FaultEvent['what'], Us>>): this {
    for (const [what, t] of Object.entries(times) as [FaultEvent['what'], Us][])
      this.say({ type: 'fault', t, name, what })
    return this
  }

  probe(pair: number, region: string, at: Us, ids: number[], outcome: Outcome = 'ok'): this {
    const answer = { done: at + 1000, outcome, ids, writes: ids.map(() => 0) }
    return this.say({ type: 'probe', t: at, pair, region, query: 0, k: 3, ...answer })
  }

  bytes(from: string, to: string, at: Us, bytes: number): this {
    return this.say({ type: 'link.bytes', t: at, from, to, bytes })
  }

  /** A scan without rows. */
  round(region: string, at: Us, digest: string): this {
    return this.say({ type: 'scan', t: at, region, final: false, points: 0, digest })
  }

  /** Final scan of a region: the base, with what `held` says instead (null: nothing). */
  scan(region: string, held: Held = {}, given: { digest?: string; rows?: number[] } = {}): this {
    const all: Record<string, number | number[] | null> = {}
    for (let id = 0; id < this.plan.data.base; id++) all[id] = 0
    const points = Object.entries(Object.assign(all, held)).flatMap(([id, writes]) =>
      writes === null ? [] : [writes].flat().map((write) => ({ id: Number(id), write })),
    )
    const rowOf = ({ id, write }: { id: number; write: number }) =>
      write === 0 ? id : (this.rows.get(write) ?? -1)
    return this.say({
      type: 'scan',
      t: 15 * SECOND,
      region,
      final: true,
      points: points.length,
      digest: given.digest ?? JSON.stringify(points),
      ids: points.map(({ id }) => id),
      writes: points.map(({ write }) => write),
      rows: given.rows ?? points.map(rowOf),
    })
  }

  /** The same final scan in every region. */
  scans(held: Held = {}): this {
    for (const region of this.plan.regions) this.scan(region, held)
    return this
  }

  /** Ends otherwise than complete; null: not at all. */
  ends(how: 'interrupted' | 'failed' | null, because?: string): this {
    this.end = how === null ? null : { type: 'end', t: 15 * SECOND, how, because }
    return this
  }

  say(event: RecordEvent): this {
    this.said.push(event)
    return this
  }

  /** In order of time; what was said first comes first. */
  events(): RecordEvent[] {
    const sorted = [...this.said].sort((a, b) => a.t - b.t)
    const plan: RecordEvent = { type: 'plan', t: 0, faultline: 'test', plan: this.plan }
    return [plan, ...sorted, ...(this.end ? [this.end] : [])]
  }

  text(): string {
    return this.events()
      .map((event) => `${JSON.stringify(event)}\n`)
      .join('')
  }

  /** Writes the record to a file of its own. */
  file(): string {
    return recordFile(this.text())
  }

  facts(layout?: Layout): Facts {
    return factsOf(historyOf(this.events()), layout)
  }

  analysis(guarantees: Guarantees = everythingPromised, layout?: Layout): Analysed {
    return analyseHistory(historyOf(this.events()), neighboursOnALine(50), guarantees, layout)
  }

  private operation(
    parts: OpParts,
    asked: Pick<OpStart, 'kind' | 'query' | 'k' | 'id' | 'row'>,
    answer: readonly Version[] | null,
  ): this {
    const { op, at, region = 'us', gateway = region, outcome = 'ok', error, cacheAge } = parts
    const { client = `${region}/0`, intended = at, done = at + 1000 } = parts
    const { from, stale, partial, shards } = parts
    this.say({ type: 'op.start', t: at, op, client, region, gateway, intended, ...asked })
    if (done === null) return this
    const ids = answer?.map(([id]) => id)
    const writes = answer?.map(([, write]) => write)
    const found = ids && outcome === 'ok' ? { ids, writes } : {}
    const notes = { cacheAge, from, stale, partial, shards }
    const end = { op, outcome, gateway, attempts: 1, error, ...notes, ...found }
    return this.say({ type: 'op.end', t: done, ...end })
  }
}

/** What a checker said. Throws if it had nothing to say. */
export function spoken(finding: Checked | null): Checked {
  if (!finding) throw new Error('the checker said nothing')
  return finding
}

export function historyOf(events: readonly RecordEvent[]): History {
  return collectHistory((take) => {
    for (const [i, event] of events.entries()) take(event, i + 1)
    const lastUs = Math.max(...events.map(({ t }) => t))
    return { lines: events.length, lastUs, cutOff: null }
  })
}

/** A record of this text in a folder of its own below the system's temporary one. */
export function recordFile(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'faultline-record-')), 'record.jsonl')
  writeFileSync(path, text)
  return path
}
