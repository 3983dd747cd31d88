import { type MetricName, metrics } from '../../model/metric.ts'
import type { Us } from '../../model/units.ts'
import type { Facts } from '../facts/facts.ts'
import type { Loss } from '../facts/losses.ts'
import type { Op } from '../facts/op.ts'
import { linesOf } from '../facts/wording.ts'
import { repeatsOf } from '../metrics/copies.ts'
import { crossings } from '../metrics/lag.ts'
import type { Where } from './selector.ts'

/** Lines of the record whose events fed a figure: operations for what users saw, hops for what regions did. */
export type LinesOf = (where: Where, facts: Facts) => number[]

const isWrite = ({ kind }: Op): boolean => kind === 'upsert' || kind === 'delete'

/**
 * Operations that give samples of a metric, as far as they `feed` it. `countedUs` is the moment that says in which phase
 * one is counted.
 */
export const operationLines =
  (
    metric: MetricName,
    feeds: (op: Op) => boolean = () => true,
    countedUs: (op: Op) => Us = ({ intended }) => intended,
  ): LinesOf =>
  (where, facts) => {
    const { from } = metrics[metric]
    return facts.history.ops
      .filter((op) => from.includes(op.kind) && feeds(op) && isAt(op, countedUs(op), where, facts))
      .flatMap(linesOf)
  }

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
export function lagLines({ link, region, phase }: Where, facts: Facts): number[] {
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
export function catchUpLines({ region, phase }: Where, { faults, settled }: Facts): number[] {
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

export function probeLines({ link, phase }: Where, { history, phaseOf }: Facts): number[] {
  const ends = link?.split('<>')
  return history.probes
    .filter(({ region }) => ends === undefined || ends.includes(region))
    .filter(({ t }) => phase === undefined || phaseOf(t) === phase)
    .map(({ line }) => line)
}

export const scanLines: LinesOf = (_where, { history }) => history.scans.map(({ line }) => line)

/** Writes that were lost, each with what stands instead of it. */
export const lossLines =
  (isMeant: (loss: Loss) => boolean): LinesOf =>
  (_where, { losses }) =>
    (losses ?? [])
      .filter(isMeant)
      .flatMap(({ version, instead }) => [...linesOf(version.op), ...linesOf(instead?.op ?? null)])

/** The copies that came twice, not the first ones. */
export function repeatLines({ link }: Where, { history }: Facts): number[] {
  return repeatsOf(history)
    .filter((repeat) => link === undefined || repeat.link === link)
    .map(({ hop }) => hop.line)
}

export function byteLines({ link, phase }: Where, { history, phaseOf }: Facts): number[] {
  return history.linkBytes
    .filter(({ from, to }) => link === undefined || link === `${from}>${to}`)
    .filter(({ t }) => phase === undefined || phaseOf(t - 1) === phase)
    .map(({ line }) => line)
}
