import { exitCodes } from '../../analysis/limits/judge.ts'
import { counted, percentText } from '../../text/value.ts'
import {
  type ComparedRow,
  type ComparedVerdict,
  compareSides,
  type Least,
  type Matching,
  matchingOf,
  WRONG,
} from './comparison.ts'
import { differencesOf, mixedPlans, type SidesDiffer } from './plan-differences.ts'
import type { Side } from './side.ts'
import { differenceText, figureName, placeText } from './wording.ts'

export type Comparison = {
  a: Side
  b: Side
  least: Least
  differ: SidesDiffer
  matching: Matching['how']
  /** How many pairs there are, where runs are compared in pairs. */
  pairs: number
  /** Why the two were not compared; absent where they were. */
  refused?: string
  /** Checkers that fail in B and in no run of A, of what the system promises; each with what it says. */
  broken: { checker: string; because: string }[]
  rows: ComparedRow[]
  verdict: ComparedVerdict
  because: string
  exitCode: number
}

export type Comparing = {
  least: Least
  /** Paths of the plan that are meant to differ. */
  meant: readonly string[]
  /** Compares whatever differs. */
  anyway: boolean
  /** Figures that cannot be compared do not matter. */
  unknownToo: boolean
}

/** Compares two sides, or says why they cannot be compared. */
export function compare(a: Side, b: Side, options: Comparing): Comparison {
  const { least, meant, anyway, unknownToo } = options
  const differ = differencesOf(a, b, meant)
  const matching = matchingOf(a, b)
  const pairs = matching.how === 'pairs' ? matching.pairs.length : 0
  const head = { a, b, least, differ, matching: matching.how, pairs }
  const refused = anyway ? undefined : refusal(a, b, differ)
  if (refused !== undefined)
    return {
      ...{ ...head, refused, broken: [], rows: [], verdict: 'cannot tell', because: refused },
      exitCode: exitCodes.unknown,
    }
  const rows = compareSides(a, b, least)
  const broken = newlyBroken(a, b)
  const { verdict, because, undecided } = conclude(rows, broken)
  const exitCode =
    verdict === 'worse'
      ? exitCodes.limit
      : undecided && !unknownToo
        ? exitCodes.unknown
        : exitCodes.pass
  return { ...head, broken, rows, verdict, because, exitCode }
}

/** What was found is of content, or its checker says itself that it could not judge: no sample has to show it. */
function newlyBroken(a: Side, b: Side): Comparison['broken'] {
  const failing = ({ runs }: Side) =>
    runs
      .flatMap(({ findings }) => findings)
      .filter(({ verdict, promised }) => verdict === 'fail' && promised)
  const before = new Set(failing(a).map(({ checker }) => checker))
  const found = new Map<string, string>()
  for (const { checker, because } of failing(b))
    if (!before.has(checker) && !found.has(checker)) found.set(checker, because)
  return [...found].map(([checker, because]) => ({ checker, because }))
}

function refusal(a: Side, b: Side, { undue }: SidesDiffer): string | undefined {
  for (const [name, side] of [
    ['A', a],
    ['B', b],
  ] as const) {
    const mixed = mixedPlans(side)
    if (mixed.length > 0)
      return `The runs of ${name} are not of one plan: they differ in ${some(mixed)}. Give one of them, or --anyway.`
  }
  if (undue.length === 0) return undefined
  const paths = undue.map(({ path }) => path)
  const [first = ''] = paths
  return `A and B did not run the same: ${some(paths)}. If that is what you compare, say so: --meant ${rootOf(first)}; or --anyway.`
}

const MOST = 3
const some = (names: readonly string[]): string => {
  const more = names.length > MOST ? ` and ${names.length - MOST} more` : ''
  return `${names.slice(0, MOST).join(', ')}${more}`
}

/** `system.knobs` of `system.knobs.level`: what somebody who compares would name. */
const rootOf = (path: string): string => path.split('.').slice(0, 2).join('.')

type Conclusion = { verdict: ComparedVerdict; because: string; undecided: boolean }

function conclude(rows: readonly ComparedRow[], broken: Comparison['broken']): Conclusion {
  const of = (verdict: ComparedVerdict) => rows.filter((row) => row.verdict === verdict)
  const [worse, better, same, open] = [
    of('worse'),
    of('better'),
    of('no difference seen'),
    of('cannot tell'),
  ]
  const decided = worse.length + better.length + same.length
  const asked = open.filter((row) => row.asked)
  const undecided = decided === 0 || asked.length > 0
  const rest = `${counted(rows.length, 'figure')} compared, ${open.length} of them cannot be told`
  const [one] = broken
  if (one)
    return {
      ...{ verdict: 'worse', undecided },
      because: `${one.checker} fails in B and not in A: ${one.because}${broken.length > 1 ? ` So do ${counted(broken.length - 1, 'more checker')}.` : ''} ${counted(worse.length, 'figure is', 'figures are')} worse; ${rest}.`,
    }
  if (worse.length > 0)
    return {
      ...{ verdict: 'worse', undecided },
      because: `${counted(worse.length, 'figure is', 'figures are')} worse in B, ${better.length} better; ${rest}.`,
    }
  const [first] = decided === 0 ? open : asked
  if (undecided)
    return {
      ...{ verdict: 'cannot tell', undecided },
      because:
        first === undefined
          ? 'Neither side measured anything.'
          : `Nothing is seen to be worse, but ${counted(decided === 0 ? open.length : asked.length, 'figure')} ${
              decided === 0 ? '' : 'with a limit '
            }cannot be told, such as ${figureName(first)} (${placeText(first)}): ${whyText(first)}.`,
    }
  return {
    verdict: better.length > 0 ? 'better' : 'no difference seen',
    undecided,
    because: `Nothing is worse in B, ${counted(better.length, 'figure is', 'figures are')} better; ${rest}.`,
  }
}

const whyText = (row: ComparedRow): string =>
  row.difference ? `${differenceText(row)}, ${row.because}` : `${row.because}`

/** How the verdicts were come to, in one sentence. */
export function methodText({ a, b, rows, matching, pairs, least }: Comparison): string {
  const how = {
    'one run each':
      'One run each: intervals come from the values inside the runs, which follow each other and are counted as fewer',
    pairs: `${pairs} pairs of runs of one seed each: mean difference B − A`,
    groups: `${a.runs.length} runs against ${b.runs.length}, not in pairs: difference of the means`,
  }[matching]
  const tested = rows.filter(({ difference }) => difference !== undefined).length
  return `${how}. Intervals are at 95 % each. Of ${counted(tested, 'comparison')} all together go wrong in ${percentText(WRONG)} of cases at most (Holm). Less than ${percentText(least.share)}, of shares less than ${least.points}, is no difference.`
}
