import { checkerNames } from '../../model/checker.ts'
import { UsageError } from '../../model/errors.ts'
import type { Measures } from '../../model/finding.ts'
import type { Checker, Checking } from './finding.ts'

const defined: Record<string, Checking> = {}

/** Checkers that somebody defined in this process, by name. */
export const definedCheckers = (): Readonly<Record<string, Checking>> => defined

/**
 * Has every run judged in this process checked by one more; `measures` says whether it judges how long something took,
 * which a machine that could not keep up makes invalid, or what was there. Throws a UsageError if the name is taken.
 */
export function defineChecker(name: string, measures: Measures, check: Checker): Checker {
  if ((checkerNames as readonly string[]).includes(name) || Object.hasOwn(defined, name))
    throw new UsageError(`there is a checker "${name}" already`)
  defined[name] = { check, measures }
  return check
}
