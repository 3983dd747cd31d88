import type { OperationKind } from '../../model/operation.ts'
import type { WriteId } from '../../model/point.ts'
import type { Us } from '../../model/units.ts'
import type { Facts } from '../facts/facts.ts'
import type { Op } from '../facts/op.ts'
import { crossings } from '../metrics/lag.ts'

/** Of each kind, place and phase so many are chosen. */
export const SLOWEST = 5
/** Of writes that never arrived somewhere so many are chosen, the first ones. */
export const MOST_LOST = 1000

/** Why an operation was chosen to have a trace. */
export type ChosenFor = 'slowest answer' | 'slowest to cross' | 'never arrived' | 'no success'

/** Which operations have a trace, each with the first reason there is, and how many writes that never arrived are left out. */
export type Choice = { why: ReadonlyMap<WriteId, ChosenFor>; lostLeftOut: number }

/**
 * A bounded choice of operations: acknowledged writes that had not arrived everywhere when the record ended; of each
 * kind, region, phase and outcome the first that were no success; and the slowest, of each kind, region and phase by the
 * answer, of each link and phase by the lag.
 */
export function chooseOperations(facts: Facts): Choice {
  const why = new Map<WriteId, ChosenFor>()
  const lost = new Set<WriteId>()
  const crossing = new Slowest()
  for (const { version, link, ackUs, arrivedUs } of crossings(facts)) {
    if (arrivedUs === Number.POSITIVE_INFINITY) lost.add(version.write)
    else crossing.see(`${link}|${facts.phaseOf(ackUs)}`, version.write, arrivedUs - ackUs)
  }
  for (const op of [...lost].slice(0, MOST_LOST)) why.set(op, 'never arrived')
  const answers = new Slowest()
  const failed = new Map<string, number>()
  for (const op of facts.history.ops) {
    const key = cellOf(facts, op)
    if (op.outcome === 'ok' && op.done !== null) answers.see(key, op.op, op.done - op.intended)
    else if (isFirst(failed, `${key}|${op.outcome}|${op.shed}`)) add(why, op.op, 'no success')
  }
  for (const op of answers.found()) add(why, op, 'slowest answer')
  for (const op of crossing.found()) add(why, op, 'slowest to cross')
  return { why, lostLeftOut: Math.max(0, lost.size - MOST_LOST) }
}

const cellOf = ({ phaseOf }: Facts, { kind, region, intended }: Op): `${OperationKind}|${string}` =>
  `${kind}|${region}|${phaseOf(intended)}`

function add(why: Map<WriteId, ChosenFor>, op: WriteId, reason: ChosenFor): void {
  if (!why.has(op)) why.set(op, reason)
}

function isFirst(seen: Map<string, number>, key: string): boolean {
  const before = seen.get(key) ?? 0
  seen.set(key, before + 1)
  return before < SLOWEST
}

/** The slowest few of each cell, of equals the first. */
class Slowest {
  private readonly cells = new Map<string, { op: WriteId; us: Us }[]>()

  see(cell: string, op: WriteId, us: Us): void {
    const kept = this.cells.get(cell) ?? []
    this.cells.set(cell, kept)
    const last = kept.at(-1)
    if (kept.length === SLOWEST && last && us <= last.us) return
    const at = kept.findIndex((one) => one.us < us)
    kept.splice(at < 0 ? kept.length : at, 0, { op, us })
    if (kept.length > SLOWEST) kept.pop()
  }

  found(): WriteId[] {
    return [...this.cells.values()].flat().map(({ op }) => op)
  }
}
