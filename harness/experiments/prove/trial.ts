import type { CheckerName } from '../../model/checker.ts'
import type { Finding } from '../../model/finding.ts'
import { fires } from '../../pipeline/expectation.ts'
import type { Ground } from './ground.ts'
import { type Judged, judged } from './judged.ts'
import { checkers, type PlantedBug, quietUnder } from './planted-bug.ts'

/** What came of one negative control. Nothing wrong: caught, or of a ground: sound. */
export type Verdicts = {
  verdict: string
  /** Checkers that fired, or limits that were broken, as they had to. */
  caughtBy: string[]
  /** Checkers that may fire as well, or may not. */
  mayFire: string[]
  /** Those of them that did. */
  alsoFired: string[]
  /** What did not come out as stated, a sentence each. */
  wrong: string[]
}

/** A ground without any bug: the run passes, as does every checker with anything to look at. */
export async function soundnessOf({
  plan,
  operations,
  system,
  ...ground
}: Ground): Promise<Verdicts> {
  const run = await judged(plan, { operations: [...operations], ...(system && { system }) })
  const { judgement, analysis } = run
  const wrong = checkers.flatMap((checker) => {
    const unseen = ground.unseen.includes(checker)
    const found = findingOf(run, checker)
    const blind = found && !unseen && found.evidence === 0
    return [...loud(run, checker, unseen), ...(blind ? [`${checker} had nothing to look at`] : [])]
  })
  const failed = analysis.findings.filter(({ verdict }) => verdict === 'fail')
  const reported = failed.map(({ checker }) => checker).sort()
  const expected = [...ground.reports].sort()
  if (reported.join() !== expected.join())
    wrong.push(`it should report ${listed(expected)} and reports ${listed(reported)}`)
  if (judgement.verdict !== 'pass')
    wrong.push(`the run should pass and is ${judgement.verdict}: ${judgement.because}`)
  return { verdict: judgement.verdict, caughtBy: [], mayFire: [], alsoFired: [], wrong }
}

/** A planted bug on its ground: those checkers fire that must, none that must not, and the run is not passed. */
export async function trialOf(bug: PlantedBug): Promise<Verdicts> {
  const run = await runWith(bug)
  const { judgement } = run
  const must = Object.entries(bug.mustFire) as [CheckerName, string][]
  const missed = must.flatMap(([checker, wanted]) =>
    findingOf(run, checker)?.verdict === wanted
      ? []
      : [`${checker} should say ${wanted} and says ${findingText(run, checker)}`],
  )
  const others = quietUnder(bug).flatMap((checker) =>
    loud(run, checker, bug.ground.unseen.includes(checker)),
  )
  const wrong = [...missed, ...others, ...(bug.also?.(run) ?? [])]
  if (judgement.verdict !== bug.verdict)
    wrong.push(`the run should be ${bug.verdict} and is ${judgement.verdict}: ${judgement.because}`)
  if (judgement.exitCode === 0) wrong.push('the run exits with 0')
  const limits = judgement.limits.filter(({ verdict }) => verdict === 'fail')
  const firing = (names: readonly CheckerName[]) =>
    names.filter((checker) => isFiring(findingOf(run, checker)))
  return {
    verdict: judgement.verdict,
    caughtBy: [
      ...firing(must.map(([checker]) => checker)),
      ...new Set(limits.map(({ limit }) => `limit ${limit.text}`)),
    ],
    mayFire: [...bug.mayFire],
    alsoFired: firing(bug.mayFire),
    wrong,
  }
}

const runWith = ({ ground, plan, system, world, launch }: PlantedBug): Promise<Judged> =>
  judged(plan?.(ground.plan) ?? ground.plan, {
    operations: [...ground.operations],
    ...{ system: system ?? ground.system, world, launch },
  })

const findingOf = ({ analysis }: Judged, name: CheckerName): Finding | undefined =>
  analysis.findings.find(({ checker }) => checker === name)

const isFiring = (found: Finding | undefined): boolean => found !== undefined && fires(found)

/**
 * What a checker has to be quiet about: it passes, has nothing to look at where the ground has nothing, or is about
 * what does not exist here at all. What the system does not promise it may report.
 */
function loud(run: Judged, checker: CheckerName, unseen: boolean): string[] {
  const found = findingOf(run, checker)
  if (!found || (found.verdict === 'fail' && !found.promised)) return []
  const quiet = unseen ? 'unknown' : 'pass'
  const broken = found.promised && found.violations > 0
  if (found.verdict === quiet && !broken) return []
  return [`${checker} should say ${quiet} and says ${findingText(run, checker)}`]
}

/** What a checker said, with its witnesses: so that a miss can be understood from its sentence. */
export function findingText(run: Judged, name: CheckerName): string {
  const found = findingOf(run, name)
  if (!found) return 'nothing'
  const witnesses = found.events.map(({ sentence }) => sentence).join(' | ')
  return `${found.verdict}: ${found.because}${witnesses === '' ? '' : ` [${witnesses}]`}`
}

const listed = (names: readonly string[]): string =>
  names.length === 0 ? 'nothing' : names.join(', ')
