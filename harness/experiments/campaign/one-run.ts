import { rmSync } from 'node:fs'
import { type Suite, suiteOf } from '../../../reports/ci/suite.ts'
import { exitCodeOf, UsageError } from '../../model/errors.ts'
import type { Plan } from '../../model/plan.ts'
import { describeEnvironment } from '../../pipeline/environment.ts'
import { acceptanceOf, unmet } from '../../pipeline/expectation.ts'
import { type Judged, judgeRecord, judgeRun } from '../../pipeline/judge-run.ts'
import { planOf, pointsOf, sourceOf } from '../../pipeline/plan.ts'
import { recordRun } from '../../pipeline/record-run.ts'
import { keepScenario, openRunDirectory, writeJson } from '../../record/run-directory.ts'
import { setText } from '../../scenario/yaml/variables.ts'
import { limitBound, limitSubject } from '../../text/value.ts'
import { repetitionOf } from '../side-by-side.ts'
import { type Row, rowNotRun, type Task } from './task.ts'

/** Runs a task in this process, judges it, and keeps of it what it should. Never rejects: what went wrong is in the row. */
export async function runTask(task: Task): Promise<Row> {
  const startMs = performance.now()
  const startedAt = new Date().toISOString()
  try {
    const plan = plannedFor(task)
    const directory = openRunDirectory(plan, task.directory)
    keepScenario(directory, planned?.text)
    await recordRun(plan, directory, {})
    const judged = judgeRecord(directory.path)
    const row = rowOf(task, judged, (performance.now() - startMs) / 1000)
    const kept = task.keep === 'all' || (task.keep === 'odd' && row.outcome === 'not as it should')
    if (!kept) rmSync(directory.path, { recursive: true, force: true })
    else {
      const environment = describeEnvironment(`faultline run ${task.file}${setText(task.set)}`)
      writeJson(directory, 'environment.json', { ...environment, scenarioFile: task.file })
      await judgeRun(directory.path)
    }
    const run = kept ? directory.path : null
    const asSuite = task.suite && { suite: suiteOfTask(task, judged, { row, run, startedAt }) }
    return { ...row, ...(run !== null && { directory: run }), ...asSuite }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return rowNotRun(task, error.message, exitCodeOf(error))
  }
}

/** The last plan made: runs of a campaign differ in their seed only. */
let planned: { key: string; plan: Plan; text: string | undefined } | null = null

function plannedFor(task: Task): Plan {
  const { file, system, point, set, seed } = task
  const key = JSON.stringify([file, system, point, set])
  if (planned?.key !== key) {
    const plan = planFor(task)
    planned = { key, plan, text: sourceOf(plan).text }
  }
  const { plan } = planned
  return seed === undefined ? plan : { ...plan, seed }
}

function planFor({ file, system, point, set }: Task): Plan {
  if (point === undefined) return planOf(file, { ...(system !== undefined && { system }), set })
  const found = pointsOf(file, set).find(({ number }) => number === point)
  if (!found) throw new UsageError(`${file} has no point ${point} in its sweep`)
  return found.plan
}

function rowOf(task: Task, judged: Judged, seconds: number): Row {
  const { analysis, judgement } = judged
  const { plan } = analysis
  const { verdict, exitCode, because } = judgement
  const stated = task.expecting && plan.expect !== null
  // Nothing is expected of another system, or of a point of a sweep, unless it is stated.
  const special = task.system !== undefined || task.point !== undefined
  const open = task.expecting && !stated && special
  const wrong = stated
    ? unmet(analysis, judgement)
    : exitCode === 0 || open
      ? []
      : [task.expecting ? `it expects nothing and should pass: ${because}` : because]
  const outcome = open ? 'reported' : wrong.length === 0 ? 'as it should' : 'not as it should'
  return {
    ...{
      scenario: plan.name,
      question: plan.question,
      file: task.file,
      system: plan.system.kind,
      seed: plan.seed,
    },
    ...(plan.point && { point: plan.point }),
    ...{ verdict, exitCode, because, expected: plan.expect, outcome, wrong },
    failed: failedOf(judged),
    seconds: Math.round(seconds * 1000) / 1000,
    reached: analysis.reached,
    ...(task.figures && { figures: repetitionOf(judged, exitCode).metrics }),
  }
}

/** What no system promised fails no run. */
function failedOf({ analysis, judgement }: Judged): string[] {
  const checkers = analysis.findings.filter(
    ({ promised, verdict }) => promised && verdict === 'fail',
  )
  const limits = judgement.limits.filter(({ verdict }) => verdict === 'fail')
  const names = limits.map(({ limit }) => `${limitSubject(limit)} ${limitBound(limit)}`)
  return [...checkers.map(({ checker }) => checker), ...new Set(names)]
}

/** Where nothing is stated of a run that was not asked to pass, nothing about it is wrong. */
function suiteOfTask(
  { file: scenarioFile, expecting }: Task,
  { analysis, judgement }: Judged,
  { row, run, startedAt }: { row: Row; run: string | null; startedAt: string },
): Suite {
  const { outcome, seconds } = row
  const open = { unmet: [], accepted: 'nothing is expected of it' }
  const acceptance =
    outcome === 'reported' ? open : acceptanceOf(analysis, judgement, { expect: expecting })
  const environment = { scenarioFile, startedAt }
  return suiteOf({ analysis, judgement, environment, run, seconds }, acceptance)
}
