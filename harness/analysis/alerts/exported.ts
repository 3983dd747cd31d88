import type { AlertMetricName, AlertSelector, LabelMatcher } from '../../model/alert.ts'
import type { OperationKind } from '../../model/operation.ts'
import { SECOND, type Us } from '../../model/units.ts'
import type { Facts } from '../facts/facts.ts'
import type { Op } from '../facts/op.ts'
import { crossings } from '../metrics/lag.ts'

export type Labels = Readonly<Record<string, string>>

/** What an exporter showed at every reading, in order; null: nothing of it. */
export type Readings = { labels: Labels; values: readonly (number | null)[] }

/** How long things took, in seconds, in the order in which they ended; `us[i]` is when. */
export type Observations = { labels: Labels; us: Float64Array; seconds: Float64Array }

/** What expressions are read from. */
export type Exporters = Pick<Exported, 'scrapeUs' | 'readingsOf' | 'observationsOf'>

/** What is read seldom stands for so long. */
const FRESH_US: Us = 60 * SECOND

const outcomes = ['ok', 'fail', 'unknown', 'shed'] as const

/**
 * What exporters would have shown of a run at each reading of them: at 0, from the start of warm-up, and every `scrapeUs`
 * from there. At a reading only what had happened by then is known: an operation that runs is in flight, and no more;
 * a write is late as long as nobody has seen it arrive. The exporters stand outside all regions and are always there: a
 * fault stops no reading.
 */
export class Exported {
  readonly scrapeUs: Us
  readonly count: number
  private readonly facts: Facts
  private readonly readings = new Map<AlertMetricName, Readings[]>()
  private readonly observations = new Map<AlertMetricName, Observations[]>()
  private readonly links = new Map<string, LinkWrites>()
  /** By the selector itself: rules are evaluated many times. */
  private readonly selected = {
    readings: new Map<AlertSelector, Readings[]>(),
    observations: new Map<AlertSelector, Observations[]>(),
  }

  constructor(facts: Facts, scrapeUs: Us) {
    this.facts = facts
    this.scrapeUs = scrapeUs
    this.count = Math.floor(facts.history.endUs / scrapeUs) + 1
  }

  /** Gauges and counters that a selector means. */
  readingsOf(selector: AlertSelector): Readings[] {
    return remembered(this.selected.readings, selector, () => {
      const { metric, part, matchers } = selector
      const all = part
        ? this.observed(metric).map((one) => this.partOf(one, part))
        : remembered(this.readings, metric, this.readers[metric])
      return all.filter(({ labels }) => matches(labels, matchers))
    })
  }

  /** Histograms that a selector means. */
  observationsOf(selector: AlertSelector): Observations[] {
    return remembered(this.selected.observations, selector, () =>
      this.observed(selector.metric).filter(({ labels }) => matches(labels, selector.matchers)),
    )
  }

  private observed(metric: AlertMetricName): Observations[] {
    return remembered(this.observations, metric, () => {
      const kinds = observedKinds[metric] ?? []
      return this.regions((op) => kinds.includes(op.kind) && !op.closed).map(([region, ops]) =>
        observationsOf({ region }, ops),
      )
    })
  }

  /** The number of observations, or their sum, as a counter. */
  private partOf({ labels, us, seconds }: Observations, part: 'count' | 'sum'): Readings {
    let [at, total] = [0, 0]
    return this.over(labels, (now) => {
      for (; at < us.length && (us[at] as Us) <= now; at++)
        total += part === 'count' ? 1 : (seconds[at] as number)
      return total
    })
  }

  /** A histogram has no single number. */
  private readonly readers: Record<AlertMetricName, () => Readings[]> = {
    search_response_seconds: () => [],
    fetch_response_seconds: () => [],
    write_response_seconds: () => [],
    replication_lag_seconds: () => this.ofLinks(oldestAt),
    replication_backlog_writes: () => this.ofLinks(backlogAt),
    operations_total: () => this.operations(),
    operations_in_flight: () => this.inFlight(),
    link_bytes_total: () => this.linkBytes(),
    up: () => this.up(),
    cpu_busy_ratio: () => this.busy(),
    server_figure: () => this.figures(),
  }

  /** One value at each reading, the readings in order. */
  private over(labels: Labels, valueAt: (now: Us) => number | null): Readings {
    return {
      labels,
      values: Array.from({ length: this.count }, (_, i) => valueAt(i * this.scrapeUs)),
    }
  }

  private ofLinks(shown: (writes: LinkWrites) => (now: Us) => number): Readings[] {
    if (this.links.size === 0) gatherLinks(this.facts, this.links)
    return [...this.links].map(([link, writes]) =>
      this.over({ link, ...ends(link) }, shown(writes)),
    )
  }

  private operations(): Readings[] {
    return this.regions(() => true).flatMap(([region, ops]) => {
      const kinds = [...new Set(ops.map(({ kind }) => kind))].sort()
      return kinds.flatMap((operation) =>
        outcomes.map((outcome) => {
          const ended = sorted(ops.flatMap((op) => endsAs(op, operation, outcome)))
          return this.over({ region, operation, outcome }, countUpTo(ended))
        }),
      )
    })
  }

  private inFlight(): Readings[] {
    return this.regions(({ shed }) => shed !== 'in-flight cap').map(([region, ops]) => {
      const due = countUpTo(sorted(ops.map(({ intended }) => intended)))
      const done = countUpTo(sorted(ops.flatMap((op) => (op.done === null ? [] : [op.done]))))
      return this.over({ region }, (now) => due(now) - done(now))
    })
  }

  private linkBytes(): Readings[] {
    const byLink = by(this.facts.history.linkBytes, ({ from, to }) => `${from}>${to}`)
    return [...byLink].map(([link, events]) => {
      let [at, total] = [0, 0]
      return this.over({ link, ...ends(link) }, (now) => {
        for (let event = events[at]; event && event.t <= now; event = events[++at])
          total += event.bytes
        return total
      })
    })
  }

  private up(): Readings[] {
    const { plan, agents, stores } = this.facts.history
    return plan.regions.flatMap((region) => {
      const agent = agents
        .filter((event) => event.region === region)
        .map(({ t, what }) => ({ t, value: what === 'start' || what === 'resume' ? 1 : 0 }))
      const store = stores
        .filter((event) => event.region === region && answering[event.what] !== undefined)
        .map(({ t, what }) => ({ t, value: answering[what] as number }))
      return [
        this.steps({ job: 'agent', region }, agent),
        this.steps({ job: 'store', region }, store),
      ]
    })
  }

  /** Up until something says otherwise. */
  private steps(labels: Labels, changes: readonly { t: Us; value: number }[]): Readings {
    let [at, value] = [0, 1]
    return this.over(labels, (now) => {
      for (let change = changes[at]; change && change.t <= now; change = changes[++at])
        value = change.value
      return value
    })
  }

  private busy(): Readings[] {
    const samples = this.facts.history.health.flatMap(({ runUs, busyShare }) =>
      busyShare === undefined ? [] : [{ t: runUs, value: busyShare }],
    )
    return samples.length === 0 ? [] : [this.over({}, newest(samples))]
  }

  private figures(): Readings[] {
    const groups = by(this.facts.history.figures, ({ region, figure }) =>
      JSON.stringify({ region, figure }),
    )
    return [...groups].map(([labels, samples]) =>
      this.over(JSON.parse(labels) as Labels, newest(samples)),
    )
  }

  /** Operations of the users of each region that has some. */
  private regions(keep: (op: Op) => boolean): [string, Op[]][] {
    const { plan, ops } = this.facts.history
    return plan.regions.flatMap((region): [string, Op[]][] => {
      const own = ops.filter((op) => op.region === region && keep(op))
      return own.length === 0 ? [] : [[region, own]]
    })
  }
}

const observedKinds: Partial<Record<AlertMetricName, readonly OperationKind[]>> = {
  search_response_seconds: ['search'],
  fetch_response_seconds: ['fetch'],
  write_response_seconds: ['upsert', 'delete'],
}

/** Whether a store answers from then on; a segment that is sealed changes nothing. */
const answering: Partial<Record<string, number>> = { down: 0, unloaded: 0, up: 1, loaded: 1 }

/** A timeout is an observation when the client gives up; what certainly failed, or was shed, took no time. */
function observationsOf(labels: Labels, ops: readonly Op[]): Observations {
  const seen = ops
    .filter(({ done, outcome }) => done !== null && outcome !== 'fail')
    .sort((a, b) => (a.done as Us) - (b.done as Us))
  return {
    labels,
    us: Float64Array.from(seen, ({ done }) => done as Us),
    seconds: Float64Array.from(seen, ({ done, intended }) => ((done as Us) - intended) / SECOND),
  }
}

/** When an operation ended in this way: once or never. What is shed by plan is so when it is due. */
function endsAs(op: Op, kind: OperationKind, outcome: (typeof outcomes)[number]): Us[] {
  if (op.kind !== kind) return []
  if (outcome === 'shed') return op.shed === 'in-flight cap' ? [op.intended] : []
  return op.outcome === outcome && op.done !== null ? [op.done] : []
}

/** Acknowledged writes that are to cross one link, by the acknowledgement: when it was, and when they arrived. */
type LinkWrites = { ackUs: Us[]; arrivedUs: Us[] }

function gatherLinks(facts: Facts, links: Map<string, LinkWrites>): void {
  const found = [...crossings(facts)].sort((a, b) => a.ackUs - b.ackUs)
  for (const { link, ackUs, arrivedUs } of found) {
    const writes = links.get(link) ?? { ackUs: [], arrivedUs: [] }
    writes.ackUs.push(ackUs)
    // What was seen there before its own acknowledgement is never late.
    writes.arrivedUs.push(Math.max(ackUs, arrivedUs))
    links.set(link, writes)
  }
}

/** How old the oldest write is that has not arrived, in seconds; moments are asked for in order. */
function oldestAt({ ackUs, arrivedUs }: LinkWrites): (now: Us) => number {
  let at = 0
  return (now) => {
    while (at < ackUs.length && (arrivedUs[at] as Us) <= now) at++
    const oldest = ackUs[at]
    return oldest === undefined || oldest > now ? 0 : (now - oldest) / SECOND
  }
}

function backlogAt({ ackUs, arrivedUs }: LinkWrites): (now: Us) => number {
  const sent = countUpTo(Float64Array.from(ackUs))
  const arrived = countUpTo(sorted(arrivedUs))
  return (now) => sent(now) - arrived(now)
}

const ends = (link: string): Labels => {
  const [from = '', to = ''] = link.split('>')
  return { from, to }
}

const sorted = (values: readonly Us[]): Float64Array => Float64Array.from(values).sort()

/** How many of the moments are past; asked for in order. */
function countUpTo(us: Float64Array): (now: Us) => number {
  let at = 0
  return (now) => {
    while (at < us.length && (us[at] as Us) <= now) at++
    return at
  }
}

/** The newest sample at a moment, unless it is too old; moments are asked for in order. */
function newest(samples: readonly { t: Us; value: number }[]): (now: Us) => number | null {
  let at = -1
  return (now) => {
    while (at + 1 < samples.length && (samples[at + 1] as { t: Us }).t <= now) at++
    const last = samples[at]
    return last === undefined || now - last.t > FRESH_US ? null : last.value
  }
}

function matches(labels: Labels, matchers: readonly LabelMatcher[]): boolean {
  return matchers.every(({ label, is, value }) => {
    const own = labels[label] ?? ''
    if (is === '=' || is === '!=') return (own === value) === (is === '=')
    return new RegExp(`^(?:${value})$`, 'u').test(own) === (is === '=~')
  })
}

function by<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of all) remembered(groups, keyOf(one), () => []).push(one)
  return groups
}

function remembered<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  const found = known.get(key) ?? make()
  known.set(key, found)
  return found
}
