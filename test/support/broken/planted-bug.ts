import type { Verdict } from '../../../harness/model/finding.ts'
import type { Judged } from '../judged.ts'
import type { SimulateOptions } from '../simulate.ts'
import type { Ground } from './ground.ts'

export const checkers = [
  'lost-writes',
  'overwritten-real-time',
  'invented-point',
  'duplicate-id',
  'resurrected-delete',
  'regions-equal',
  'read-your-writes',
  'monotonic-reads',
  'zombie-writes',
  'faults-confirmed',
  'generator-valid',
] as const
export type CheckerName = (typeof checkers)[number]

/**
 * A fault in our own making that a run must not survive: what is broken, on which ground it runs, and which
 * checkers see it. The three lists name every checker once, so that nothing is left unsaid; without the bug the
 * same ground passes them all.
 */
export type PlantedBug = Pick<SimulateOptions, 'system' | 'world' | 'launch'> & {
  name: string
  /** What is broken, and why the checkers that must fire have to see it. */
  about: string
  ground: Ground
  mustFire: Partial<Record<CheckerName, Exclude<Verdict, 'pass'>>>
  /** Consequences that depend on timing. */
  mayFire: CheckerName[]
  /** Of these the bug is no instance: a checker that fires here is wrong. */
  mustNotFire: CheckerName[]
  /** The verdict of the whole run. */
  verdict: Exclude<Verdict, 'pass'>
  /** What else must be seen, apart from checkers. */
  also?: (judged: Judged) => void
}

/** All checkers but these. */
export const allBut = (...names: CheckerName[]): CheckerName[] =>
  checkers.filter((checker) => !names.includes(checker))
