import type { Trace, TraceAttributes, TraceSpan } from '../../model/trace.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { Facts } from '../facts/facts.ts'
import type { Op } from '../facts/op.ts'
import { inStoreFrom } from '../facts/stations.ts'
import { type Crossing, crossingsOf, hopsOf } from '../metrics/lag.ts'

const NEVER = Number.POSITIVE_INFINITY

/**
 * The life of each operation that is wanted as spans, with the times the record has and no others, in order of the record.
 * The first span is what its user saw, from the intended start to the answer. Of an acknowledged write there is one from
 * the acknowledgement for each other region that keeps its point, as long as its lag, with the hops on the way under it;
 * what one region does with its own copy stands under the first.
 */
export function* tracesOf(facts: Facts, wanted: (op: Op) => boolean): Iterable<Trace> {
  const someLog = facts.history.hops.some(({ hop }) => hop === 'logged')
  for (const op of facts.history.ops) {
    if (!wanted(op)) continue
    const spans = [rootOf(facts, op)]
    if (isWrite(op) && op.outcome === 'ok' && op.done !== null) {
      spans.push(...originHops(facts, op, op.done, someLog))
      for (const crossing of crossingsOf(facts, op)) addCrossing(spans, facts, crossing)
    }
    yield { op: op.op, spans }
  }
}

const isWrite = ({ kind }: Op): boolean => kind === 'upsert' || kind === 'delete'

function rootOf(facts: Facts, op: Op): TraceSpan {
  const { kind, region, intended, done } = op
  const wrong = wrongOf(op)
  const open = op.shed === null && done === null
  return {
    name: kind,
    region,
    parent: null,
    fromUs: intended,
    toUs: done ?? (open ? Math.max(intended, facts.history.endUs) : intended),
    ...(wrong !== null && { wrong }),
    ...(open && { cutOff: true as const }),
    attributes: { ...askedOf(op), ...answeredOf(op), phase: facts.phaseOf(intended) },
    moments: momentsOf(facts, op),
  }
}

/** Why an operation was no success, as a sentence; null if it was one. */
function wrongOf({ shed, done, outcome, error }: Op): string | null {
  if (shed !== null) return `it was never sent: ${shed}`
  if (done === null) return 'it had no answer when the record ended'
  if (outcome === 'ok') return null
  const reason = error === '' ? '' : `: ${error}`
  return outcome === 'fail' ? `it failed${reason}` : `nobody knows what became of it${reason}`
}

function askedOf({ op, client, gateway, asked, id, query, k, row, closed }: Op): TraceAttributes {
  return {
    ...{ op, client, gateway, attempts: asked.length },
    ...(id >= 0 && { id }),
    ...(query >= 0 && { query, k }),
    ...(row >= 0 && { row }),
    ...(closed && { closed }),
  }
}

/** What the answer says of itself: the record has no times of the shards and stores it was gathered from. */
function answeredOf({ outcome, ids, from, cacheAge, stale, partial, shards }: Op): TraceAttributes {
  return {
    ...(outcome !== null && { outcome }),
    ...(ids.length > 0 && { results: ids.length }),
    ...(from && { from }),
    ...(cacheAge !== null && { 'cache_age.us': cacheAge }),
    ...(stale && { stale }),
    ...(partial && { partial }),
    ...(shards && { 'shards.asked': shards.asked, 'shards.answered': shards.answered }),
  }
}

/** Each attempt, and of a write without acknowledgement where it was seen nevertheless. */
function momentsOf({ history, journeys }: Facts, op: Op): TraceSpan['moments'] {
  const sent = op.dispatched === null ? [] : [op.dispatched, ...op.retriedUs]
  const attempts = sent.map((us, i) => ({
    us,
    name: 'attempt',
    attributes: { attempt: i + 1, gateway: op.asked[i] ?? op.gateway },
  }))
  if (!isWrite(op) || op.outcome === 'ok') return attempts
  const seen = history.plan.regions.flatMap((region) => {
    const { logged, mirrored, applied, visible } = journeys.at(op.op, region)
    return Object.entries({ logged, mirrored, applied, searchable: visible })
      .filter(([, us]) => us !== NEVER)
      .map(([name, us]) => ({ us, name, attributes: { region } }))
  })
  return [...attempts, ...seen]
}

/** Its own log (where systems have one) and its own store, in the region that acknowledged it. */
function originHops(
  facts: Facts,
  { op, gateway: region }: Op,
  ackUs: Us,
  someLog: boolean,
): TraceSpan[] {
  const here = facts.journeys.at(op, region)
  const stored = inStoreFrom(here)
  const hops = [
    ...(someLog ? [{ hop: 'acknowledged-logged', fromUs: ackUs, toUs: here.logged }] : []),
    ...(stored === NEVER
      ? []
      : [{ hop: 'applied-searchable', fromUs: stored, toUs: here.visible }]),
  ]
  return hops.map((hop) => hopSpan(facts, { ...hop, region }))
}

function addCrossing(spans: TraceSpan[], facts: Facts, crossing: Crossing): void {
  const { version, origin, target: region, link, ackUs, arrivedUs } = crossing
  const parent = spans.length
  const whole = hopSpan(facts, {
    hop: 'acknowledged-searchable',
    fromUs: ackUs,
    toUs: arrivedUs,
    region,
  })
  Object.assign(whole.attributes, { link, phase: facts.phaseOf(ackUs), ...arrivalOf(crossing) })
  spans.push(whole)
  const { logged } = facts.journeys.at(version.write, origin)
  for (const hop of hopsOf(crossing, logged)) {
    const span = hopSpan(facts, { ...hop, region })
    span.attributes['link'] = link
    spans.push({ ...span, parent })
  }
}

/** How a write came to count as arrived: searches found it, or what replaced it, or it was found older. */
function arrivalOf({ arrivedUs, there }: Crossing): TraceAttributes {
  if (arrivedUs === NEVER) return {}
  if (arrivedUs === there.visible) return { arrival: 'searchable' }
  return { arrival: arrivedUs === there.older ? 'found older' : 'replaced' }
}

/**
 * From one station to the next. Nothing is clamped: what came before the station ahead of it has no length as a span, and
 * says in `length.us` how much before. What did not come is cut off where the record ends.
 */
function hopSpan(
  { history: { endUs } }: Facts,
  { hop, fromUs, toUs, region }: { hop: string; fromUs: Us; toUs: Us; region: RegionName },
): TraceSpan {
  const came = toUs !== NEVER
  const goal = hop.slice(hop.indexOf('-') + 1)
  const untilUs = came ? toUs : Math.max(fromUs, endUs)
  return {
    name: hop,
    region,
    parent: 0,
    fromUs: Math.min(fromUs, untilUs),
    toUs: untilUs,
    ...(!came && {
      wrong: `not ${goal} in ${region} when the record ended`,
      cutOff: true as const,
    }),
    attributes: toUs < fromUs ? { 'length.us': toUs - fromUs } : {},
    moments: [],
  }
}
