import type { Finding, Measures, Witness } from '../../model/finding.ts'
import { type Guarantee, type Guarantees, whyNotGiven } from '../../model/guarantees.ts'
import type { Facts } from '../facts/facts.ts'

/**
 * Says whether one thing held, and shows by which events it did not. Pure. null: what it is about does not exist in
 * this run at all (no lease, no shards, no fault), which is neither good nor bad and is not shown.
 */
export type Checker = (facts: Facts, guarantees: Guarantees) => Checked | null

/** What a checker says, without what it stands on: the table of all checkers says that. */
export type Checked = Omit<Finding, 'measures'>

export type Checking = { check: Checker; measures: Measures }

const WITNESSES = 8

/** Whether a promise binds a run; if only its faults or its machine except it, the sentence that says so. */
export type Binding = Pick<Finding, 'promised' | 'unpromised'>

/** What a checker found, before it is put into words. */
type Found = Binding & {
  checker: string
  about: Finding['about']
  /** How many things were looked at. */
  evidence: number
  violations: number
  witnesses: readonly Witness[]
  /** One sentence each, for when it holds, fails, and when there was nothing to look at. */
  held: string
  broken: string
  unseen: string
}

/** Fails on any violation; without evidence it is unknown, never a pass. Quotes at most 8 witnesses. */
export function conclude(found: Found): Checked {
  const { checker, about, promised, unpromised, evidence, violations, witnesses } = found
  const verdict = violations > 0 ? 'fail' : evidence === 0 ? 'unknown' : 'pass'
  const because = { fail: found.broken, unknown: found.unseen, pass: found.held }[verdict]
  const events = witnesses.slice(0, WITNESSES)
  const whether = { promised, ...(unpromised !== undefined && { unpromised }) }
  return { checker, verdict, because, evidence, violations, events, about, ...whether }
}

export function heldTo<What>(
  guarantee: Guarantee<What>,
  { history, pace }: Pick<Facts, 'history' | 'pace'>,
): Binding {
  if (!guarantee) return { promised: false }
  const why = whyNotGiven(guarantee, { faults: history.plan.faults, keptUp: pace.keptUp })
  if (why === '') return { promised: true }
  return { promised: false, unpromised: `It is not promised when ${why}.` }
}

/** Of several promises that a finding is about the one that fails the run, or the one that says why none does. */
export const bindingOf = (promises: readonly Binding[]): Binding =>
  promises.find(({ promised }) => promised) ??
  promises.find(({ unpromised }) => unpromised) ?? { promised: false }
