import type { WriteId } from '../../model/point.ts'
import type { Version } from '../facts/versions.ts'
import { circleIn } from './circle.ts'
import { type Access, aloneInOrder, type Cluster, clustersOf, gather, unitOf } from './clusters.ts'
import { type Effort, explanationOf, type Order } from './explanation.ts'
import { eachPrecedence, type Span } from './precedence.ts'
import { inventedIn, NOTHING, type Read, type Register } from './register.ts'

/** One client met `earlier` before `later`; `by` are its two operations, null for what every order begins with. */
export type Meeting = { earlier: Cluster; later: Cluster; by: readonly [Access, Access] | null }

/** Why no order that keeps each client's explains the answers of one id; `open`: not found out within the effort. */
export type Sequenced =
  | { kind: 'open' }
  /** `sources`: which delete reads of nothing have seen in an order that explains all; NOTHING is the beginning. */
  | { kind: 'explained'; sources: ReadonlyMap<Read, WriteId> }
  | { kind: 'invented'; read: Read }
  | { kind: 'early'; read: Read; of: Version }
  /** Each has to come before the next, and the last before the first. */
  | { kind: 'circle'; meetings: readonly Meeting[] }
  /** Nothing was found before anything was deleted. */
  | { kind: 'missed'; read: Read }
  | { kind: 'inexplicable'; reads: readonly Read[] }

/**
 * Whether all clients can agree on one order of what happened to one id that keeps the order of each (sequential
 * consistency of one register, also called coherence). Versions are unique, so each and its reads stand side by side
 * in every such order: one exists if and only if no versions have to precede each other in a circle. Which delete a
 * fetch of nothing has seen is not recorded: where it may be one of several, an exact search decides, as far as the
 * effort allows. Nobody can be shown what is only sent later. After a write that was not answered its client promises no order.
 */
export function sequence(register: Register, effort: Effort): Sequenced {
  const invented = inventedIn(register)
  if (invented) return { kind: 'invented', read: invented }
  const early = readTooEarly(register)
  if (early) return early
  const { byWrite, misses, beginning } = clustersOf(register)
  const clusters = [...(beginning ? [beginning] : []), ...byWrite.values()]
  const [only, ...others] = clusters.filter(({ version }) => !version || version.deleted)
  const unsure = others.length > 0 ? misses : []
  if (only && others.length === 0)
    for (const { op, from, to } of misses) gather(only, { op, from, to })
  const nodes = [...clusters, ...unsure.map(aloneInOrder)]
  const meetings = meetingsOf(nodes)
  const circle = circleIn(nodes, meetings)
  if (circle) return { kind: 'circle', meetings: circle }
  if (unsure.length === 0) return { kind: 'explained', sources: new Map() }
  const order = explanationOf(orderOf(nodes, meetings), beginning !== null, effort)
  if (order === 'open') return { kind: 'open' }
  if (order === 'none') return { kind: 'inexplicable', reads: misses }
  return { kind: 'explained', sources: sourcesIn(order, clusters, unsure) }
}

/** What each miss stands behind in an order of clusters, then misses. */
function sourcesIn(
  order: readonly number[],
  clusters: readonly Cluster[],
  misses: readonly Read[],
): Map<Read, WriteId> {
  const sources = new Map<Read, WriteId>()
  let last: WriteId = NOTHING
  for (const node of order) {
    const cluster = clusters[node]
    if (cluster) last = cluster.version?.write ?? NOTHING
    else sources.set(misses[node - clusters.length] as Read, last)
  }
  return sources
}

/** Reads of what had not been sent by their end, or of nothing before any delete was. */
function readTooEarly({ versions, reads }: Register): Sequenced | null {
  const written = new Map(versions.map((version) => [version.write, version]))
  const inBase = written.has(0)
  const firstDelete = versions.find(({ deleted }) => deleted)?.inv ?? Number.POSITIVE_INFINITY
  for (const read of reads) {
    const of = written.get(read.shown)
    if (of && read.to < of.inv) return { kind: 'early', read, of }
    if (!of && inBase && read.to < firstDelete) return { kind: 'missed', read }
  }
  return null
}

function meetingsOf(nodes: readonly Cluster[]): Meeting[] {
  const meetings: Meeting[] = []
  const byClient = new Map<string, Step[]>()
  for (const node of nodes)
    for (const access of node.accesses) {
      if (!access.op) {
        // What was there before time began comes first for everybody.
        for (const later of nodes)
          if (later !== node) meetings.push({ earlier: node, later, by: null })
        continue
      }
      const step = { node, access, from: access.from, to: access.to }
      const others = byClient.get(access.op.client)
      if (others) others.push(step)
      else byClient.set(access.op.client, [step])
    }
  for (const steps of byClient.values())
    eachPrecedence(steps, (a, b) => {
      if (a.node !== b.node)
        meetings.push({ earlier: a.node, later: b.node, by: [a.access, b.access] })
    })
  return meetings
}

type Step = Span & { node: Cluster; access: Access }

function orderOf(nodes: readonly Cluster[], meetings: readonly Meeting[]): Order {
  const index = new Map(nodes.map((node, i) => [node, i]))
  return {
    units: nodes.map(unitOf),
    before: meetings.map(({ earlier, later }) => [
      index.get(earlier) as number,
      index.get(later) as number,
    ]),
  }
}
