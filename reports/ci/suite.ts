import type { AlertVerdict } from '../../harness/model/alert.ts'
import type {
  Analysis,
  Finding,
  Judgement,
  LimitResult,
  Verdict,
} from '../../harness/model/finding.ts'
import { expectationText } from '../../harness/text/alert.ts'
import { limitBound, limitSubject } from '../../harness/text/value.ts'
import { linesCommand } from '../findings.ts'
import { limitCell } from '../limits.ts'

/**
 * What became of one thing that was judged. `failed`: a limit or a promise is broken. `error`: it says nothing of the
 * system, since the run or its machine was not as it should be. `skipped`: nobody can tell, or it decides nothing.
 */
export type Outcome = 'passed' | 'failed' | 'error' | 'skipped'

/** One thing that was judged, as a CI server counts them. */
export type Case = {
  /** Where in the suite: `us-east.baseline`. With the name of the suite it is what history is kept by. */
  where: string
  name: string
  outcome: Outcome
  /** One sentence; never begins with a digit, which some readers would take for a number. */
  because: string
  /** More to read below it, a line each. */
  more: string[]
  /** The limit as its scenario has it, to find its line. */
  written?: string
  /** How many times over its limit, of a limit that was measured; Infinity where it never came about. */
  excess?: number
  /** It decides nothing, and nobody asked for it: enough to count it. */
  aside?: true
}

/** All that was judged of one run, or of the runs of one plan. */
export type Suite = {
  name: string
  /** The scenario's file as it was typed. */
  file?: string
  /** ISO time at which the run began. */
  startedAt?: string
  /** Wall clock. */
  seconds?: number
  properties: [string, string][]
  cases: Case[]
  report?: string
}

/** Whether CI servers are to accept the whole run. */
export type Acceptance = {
  /** What of the scenario's `expect:` did not come out, where the run is judged by that. */
  unmet: readonly string[]
  /** Why a verdict other than pass is right all the same: `as the scenario expects`. Null: it is not. */
  accepted: string | null
}

/** A run as a CI server reads it. */
export type JudgedRun = {
  analysis: Analysis
  judgement: Judgement
  /** As environment.json has it, as far as it was kept. */
  environment: Readonly<Record<string, unknown>>
  /** The run directory; null if it was not kept. */
  run: string | null
  /** Wall clock of the run. */
  seconds?: number
}

/**
 * A run as a suite: a case for each limit in each region (or link) and phase, one for each expectation of an alert, one for each checker,
 * one for the verdict.
 * If the verdict is not pass at least one case is neither passed; unless the verdict is accepted, one is failed or error.
 */
export function suiteOf(judged: JudgedRun, acceptance: Acceptance): Suite {
  const { analysis, judgement, environment, run, seconds } = judged
  const { plan } = analysis
  const scenario = asWord(plan.name)
  const cases = [
    verdictCase(judged, acceptance),
    ...judgement.limits.map((result) => limitCase(result, acceptance)),
    ...(judgement.alerts ?? []).map((alert) => alertCase(alert, acceptance)),
    ...analysis.findings.map((finding) => findingCase(finding, run, acceptance)),
  ]
  const { scenarioFile, startedAt, commit, command } = environment
  const known = { faultline: `version ${analysis.faultline}`, seed: String(plan.seed) }
  const point = Object.entries(plan.point ?? {}).map(([path, value]) => `${path} = ${value}`)
  const at = point.length === 0 ? '' : `, ${point.join(', ')}`
  return {
    name: `${scenario} on ${plan.system.kind}, ${plan.world}${at}`,
    file: typeof scenarioFile === 'string' ? scenarioFile : plan.file,
    ...(typeof startedAt === 'string' && { startedAt }),
    ...(seconds !== undefined && { seconds }),
    properties: Object.entries({
      ...known,
      ...(typeof commit === 'string' && { commit: `git ${commit}` }),
      ...(typeof command === 'string' && { command }),
      ...(run !== null && { run: asWord(run) }),
    }),
    cases: named(cases),
    ...(run !== null && { report: `${run}/report.html` }),
  }
}

/** A name that some readers would take for a number, or cut to one, gets a word before it. */
const asWord = (name: string): string => (/^[a-z/]/i.test(name) ? name : `scenario ${name}`)

function verdictCase({ analysis, judgement, run }: JudgedRun, acceptance: Acceptance): Case {
  const { verdict, because } = judgement
  const more = run === null ? [] : [`report: ${run}/report.html`]
  const at = { where: 'run', name: 'verdict', more }
  const { unmet, accepted } = acceptance
  if (unmet.length > 0)
    return { ...at, outcome: 'failed', because: `not as expected: ${unmet.join('; ')}` }
  const sentence = `${verdict}: ${because}`
  if (verdict === 'pass') return { ...at, outcome: 'passed', because: sentence }
  if (accepted !== null) return { ...at, outcome: 'skipped', because: `${accepted}: ${sentence}` }
  const broken = verdict === 'fail' && analysis.ended.how !== 'failed'
  return { ...at, outcome: broken ? 'failed' : 'error', because: sentence }
}

const words: Record<Verdict, string> = {
  pass: 'held',
  fail: 'broken',
  unknown: 'cannot tell',
  invalid: 'invalid',
}

function limitCase(result: LimitResult, acceptance: Acceptance): Case {
  const { limit, region, link, phase, operation, verdict, because } = result
  const place = region ?? link ?? (limit.pool ? 'pooled' : 'all')
  const of = operation === undefined ? '' : ` of ${operation}`
  return {
    where: `${place}.${phase ?? 'run'}`,
    name: `${limitSubject(limit)}${of} ${limitBound(limit)}`,
    ...outcomeOf(verdict, acceptance),
    because: `${expected(verdict, acceptance)}${words[verdict]}: ${because}`,
    more: [`limit: ${limit.text}`, `cell: ${limitCell(result)}`],
    written: limit.text,
    excess: excessOf(result),
    ...(result.unasked && verdict === 'unknown' && { aside: true }),
  }
}

/** What is expected of an alert: it decides the verdict as a limit does. */
function alertCase({ expectation, verdict, because }: AlertVerdict, acceptance: Acceptance): Case {
  return {
    where: 'alerts',
    name: expectationText(expectation),
    ...outcomeOf(verdict, acceptance),
    because: `${expected(verdict, acceptance)}${words[verdict]}: ${because}`,
    more: [],
  }
}

/** 2 where twice the limit was measured, or half of what it takes; 0 where nothing was. */
function excessOf({ measured, limit: { value, bound } }: LimitResult): number {
  if (measured === undefined) return 0
  const { low, high } = typeof measured === 'number' ? { low: measured, high: measured } : measured
  const [over, under] = bound === 'at-most' ? [high, value] : [value, low]
  if (under === 0) return over === 0 ? 1 : Number.POSITIVE_INFINITY
  return over / under
}

function findingCase(finding: Finding, run: string | null, acceptance: Acceptance): Case {
  const { checker, verdict, because, promised, unpromised, events } = finding
  const at = { where: 'checkers', name: checker }
  const more = events.flatMap(({ sentence }) => sentence)
  if (more.length > 0 && run !== null) more.push(linesCommand(run, `finding=${checker}`))
  if (verdict === 'fail' && !promised) {
    const why = unpromised ?? 'The system does not promise this.'
    return { ...at, outcome: 'skipped', because: `not promised: ${because} ${why}`, more }
  }
  const sentence = `${expected(verdict, acceptance)}${words[verdict]}: ${because}`
  const aside = verdict === 'unknown' && { aside: true as const }
  return { ...at, ...outcomeOf(verdict, acceptance), because: sentence, more, ...aside }
}

/** The worst first: what is red, then what nobody can tell; limits after all else, by how far they are missed. */
export const byWeight = (a: Case, b: Case): number =>
  weightOf(a) - weightOf(b) || excessIn(b) - excessIn(a) || 0

const excessIn = ({ excess }: Case): number => excess ?? Number.POSITIVE_INFINITY

export const ranks: Record<Outcome, number> = { failed: 0, error: 1, skipped: 2, passed: 3 }
const weightOf = ({ outcome, aside }: Case): number => (aside ? 4 : ranks[outcome])

/** What breaks in a run that is meant to break is no news: it is there to read, and fails nothing. */
function outcomeOf(verdict: Verdict, { accepted }: Acceptance): { outcome: Outcome } {
  if (verdict === 'pass') return { outcome: 'passed' }
  if (verdict === 'unknown' || accepted !== null) return { outcome: 'skipped' }
  return { outcome: verdict === 'fail' ? 'failed' : 'error' }
}

const expected = (verdict: Verdict, { accepted }: Acceptance): string =>
  accepted !== null && (verdict === 'fail' || verdict === 'invalid') ? `${accepted}: ` : ''

/** Two limits may ask the same of one cell with another confidence: CI servers tell cases apart by where and name. */
function named(cases: readonly Case[]): Case[] {
  const seen = new Map<string, number>()
  return cases.map((one) => {
    const key = `${one.where} ${one.name}`
    const count = (seen.get(key) ?? 0) + 1
    seen.set(key, count)
    return count === 1 ? one : { ...one, name: `${one.name} (${count})` }
  })
}

/** A suite of one case, for a statement about several runs, or about a run that was not made. */
export const suiteOfOne = (
  name: string,
  one: Pick<Case, 'outcome' | 'because'> & { name: string; file?: string },
): Suite => ({
  name: asWord(name),
  ...(one.file !== undefined && { file: one.file }),
  properties: [],
  cases: [
    {
      where: 'run',
      name: one.name,
      outcome: one.outcome,
      because: one.because,
      more: [],
    },
  ],
})
