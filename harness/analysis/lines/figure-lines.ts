import type { MetricName } from '../../model/metric.ts'
import type { Us } from '../../model/units.ts'
import type { Facts } from '../facts/facts.ts'
import type { Op } from '../facts/op.ts'
import { linesOf } from '../facts/wording.ts'
import { repeatsOf } from '../metrics/copies.ts'
import { crossings } from '../metrics/lag.ts'
import type { Where } from './selector.ts'

/** Lines of the record whose events fed a figure: operations for what users saw, hops for what regions did. */
export function linesOfFigure(metric: MetricName, where: Where, facts: Facts): number[] {
  switch (metric) {
    case 'lag':
      return lagLines(where, facts)
    case 'catch-up':
      return catchUpLines(where, facts)
    case 'answer-difference':
      return probeLines(where, facts)
    case 'convergence':
      return facts.history.scans.map(({ line }) => line)
    case 'lost-writes':
    case 'overwritten-real-time':
      return lossLines(metric, facts)
    case 'mirror-duplicates':
      return repeatLines(where, facts)
    case 'link-bytes':
      return byteLines(where, facts)
    default:
      return facts.history.ops
        .filter((op) => feeds(op, metric) && isAt(op, countedUs(op, metric), where, facts))
        .flatMap(linesOf)
  }
}

const isWrite = ({ kind }: Op): boolean => kind === 'upsert' || kind === 'delete'

function feeds(op: Op, metric: MetricName): boolean {
  switch (metric) {
    case 'write.response':
      return isWrite(op) && op.outcome !== 'fail'
    case 'fetch.response':
      return op.kind === 'fetch' && op.outcome !== 'fail'
    case 'search.response':
      return op.kind === 'search' && !op.closed && op.outcome !== 'fail'
    case 'search.service':
      return op.kind === 'search' && op.outcome !== 'fail' && op.dispatched !== null
    case 'recall':
    case 'recall-loss':
      return op.kind === 'search' && op.outcome === 'ok'
    case 'goodput':
      return op.kind === 'search' && !op.closed
    case 'throughput':
      return op.outcome === 'ok'
    case 'staleness':
      return op.outcome === 'ok' && op.ids.length > 0
    default:
      return true
  }
}

/** The moment that says in which phase an operation is counted. */
const countedUs = ({ intended, done }: Op, metric: MetricName): Us =>
  metric === 'throughput' ? (done ?? intended) : intended

function isAt(
  op: Op,
  us: Us,
  { region, link, phase, operation }: Where,
  { phaseOf }: Facts,
): boolean {
  if (region !== undefined && op.region !== region) return false
  if (link !== undefined && `${op.region}>${op.gateway}` !== link) return false
  if (phase !== undefined && phaseOf(us) !== phase) return false
  if (operation === undefined || operation === op.kind) return true
  return operation === 'write' && isWrite(op)
}

/** The write's own lines and its hops in the region it is late in. */
function lagLines({ link, region, phase }: Where, facts: Facts): number[] {
  const wanted = [...crossings(facts)].filter(
    (crossing) =>
      (link === undefined || crossing.link === link) &&
      (region === undefined || crossing.target === region) &&
      (phase === undefined || facts.phaseOf(crossing.ackUs) === phase),
  )
  const targets = new Set(wanted.map(({ version, target }) => `${version.write}>${target}`))
  const hops = facts.history.hops.filter(({ write, region: at }) => targets.has(`${write}>${at}`))
  return [...wanted.flatMap(({ version }) => linesOf(version.op)), ...hops.map(({ line }) => line)]
}

/** Writes that were still open somewhere when the fault was taken away. */
function catchUpLines({ region, phase }: Where, { faults, settled }: Facts): number[] {
  return faults.flatMap(({ plan, healing, lines }) => {
    if (healing === null) return []
    const [fromUs, toUs] = healing
    if (phase !== undefined && phase !== `recovery:${plan.name}`) return []
    const open = settled.filter(
      ({ version, atUs, region: at }) =>
        version.ack < toUs && atUs > fromUs && (region === undefined || at === region),
    )
    return [...lines, ...open.flatMap(({ version }) => linesOf(version.op))]
  })
}

function probeLines({ link, phase }: Where, { history, phaseOf }: Facts): number[] {
  const ends = link?.split('<>')
  return history.probes
    .filter(({ region }) => ends === undefined || ends.includes(region))
    .filter(({ t }) => phase === undefined || phaseOf(t) === phase)
    .map(({ line }) => line)
}

function lossLines(metric: MetricName, { losses }: Facts): number[] {
  return (losses ?? [])
    .filter(({ kind }) => (kind === 'real-time') === (metric === 'overwritten-real-time'))
    .flatMap(({ version, instead }) => [...linesOf(version.op), ...linesOf(instead?.op ?? null)])
}

/** The copies that came twice, not the first ones. */
function repeatLines({ link }: Where, { history }: Facts): number[] {
  return repeatsOf(history)
    .filter((repeat) => link === undefined || repeat.link === link)
    .map(({ hop }) => hop.line)
}

function byteLines({ link, phase }: Where, { history, phaseOf }: Facts): number[] {
  return history.linkBytes
    .filter(({ from, to }) => link === undefined || link === `${from}>${to}`)
    .filter(({ t }) => phase === undefined || phaseOf(t - 1) === phase)
    .map(({ line }) => line)
}
