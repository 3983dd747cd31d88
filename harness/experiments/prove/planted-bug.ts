import { type CheckerName, checkerNames } from '../../model/checker.ts'
import type { Verdict } from '../../model/finding.ts'
import type { Plan } from '../../model/plan.ts'
import type { Ground } from './ground.ts'
import type { Judged } from './judged.ts'
import type { SimulateOptions } from './simulation.ts'

/** Every checker, including those added after a bug was written. */
export const checkers: readonly CheckerName[] = checkerNames

/**
 * A fault in our own making that a run must not survive: what is broken, on which ground it runs, and which
 * checkers see it. Every other checker must stay quiet, new ones too; without the bug the same ground passes them all.
 */
export type PlantedBug = Pick<SimulateOptions, 'system' | 'world' | 'launch'> & {
  name: string
  /** What is broken, and why the checkers that must fire have to see it. */
  about: string
  ground: Ground
  /** What is wrong with the plan itself: servers set up for less than the run asks of them. */
  plan?: (plan: Plan) => Plan
  mustFire: Partial<Record<CheckerName, Exclude<Verdict, 'pass'>>>
  /** Consequences that depend on timing. */
  mayFire: CheckerName[]
  /** The verdict of the whole run. */
  verdict: Exclude<Verdict, 'pass'>
  /** What else must be seen, apart from checkers: a sentence for each thing that is not so. */
  also?: (judged: Judged) => string[]
}

/** Checkers that a bug is no instance of: one that fires here is wrong. */
export const quietUnder = ({ mustFire, mayFire }: PlantedBug): CheckerName[] =>
  checkers.filter((checker) => mustFire[checker] === undefined && !mayFire.includes(checker))

/** What these find is never promised, so no run fails by it: they count, and a test holds them to the count. */
export const onlyCount: readonly CheckerName[] = ['overwritten-real-time']

/** What is wrong with the list of bugs itself: a checker has to catch no bug, or a bug both must and may set one off. */
export function unproven(
  bugs: readonly PlantedBug[],
  known: readonly CheckerName[] = checkers,
): string[] {
  const caught = new Set(bugs.flatMap(({ mustFire }) => Object.keys(mustFire)))
  const unseen = known
    .filter((checker) => !caught.has(checker) && !onlyCount.includes(checker))
    .map((checker) => `${checker} has no planted bug that it must catch`)
  const twice = bugs.flatMap(({ name, mustFire, mayFire }) =>
    mayFire
      .filter((checker) => mustFire[checker] !== undefined)
      .map((checker) => `the bug "${name}" lists ${checker} twice`),
  )
  return [...unseen, ...twice]
}
