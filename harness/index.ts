import { stringify } from 'yaml'
import { UsageError } from './model/errors.ts'
import type { Plan } from './model/plan.ts'
import { type Judged, judgeRecord, writeReport } from './pipeline/judge-run.ts'
import { isSweepFile, planFrom, planOf } from './pipeline/plan.ts'
import type { RunOptions } from './pipeline/record-run.ts'
import { runPlan } from './pipeline/run-plan.ts'
import { scenarioFile } from './pipeline/shipped.ts'
import type { Overrides } from './scenario/load.ts'
import type { ScenarioWritten } from './scenario/schema.ts'

export { defineChecker } from './analysis/checkers/defined.ts'
export type { Checked, Checker } from './analysis/checkers/finding.ts'
export { EnvironmentError } from './model/errors.ts'
export type { Analysis, Finding, Judgement, LimitResult, Verdict } from './model/finding.ts'
export type { MetricName, MetricRow } from './model/metric.ts'
export { defineSystem } from './pipeline/catalogue.ts'
export type { Agent, Router, System, Terrain, UserTerrain } from './ports/system.ts'
export { ScenarioError } from './scenario/yaml/problem.ts'
export type { Judged, Overrides, Plan, RunOptions, ScenarioWritten }
export { UsageError }

/**
 * Reads a scenario: a file, a replay file, or the name of a scenario that comes with Faultline. Every value of the plan
 * is filled in; times are whole microseconds, names `…Us`. Rejects with a ScenarioError that names every mistake with
 * its place, and with a UsageError for a sweep, which is many plans, and for a replay file that cannot be repeated.
 */
export async function scenario(file: string, options: Overrides = {}): Promise<Plan> {
  const found = scenarioFile(file)
  if (isSweepFile(found, options.set))
    throw new UsageError(`${found} is a sweep, so it is many plans. Try: faultline run ${found}`)
  return planOf(found, options)
}

/**
 * A scenario written in code, with the keys and the spellings of a scenario file (`'41ms'`, `'20/s'`, `'5%'`). Throws a
 * ScenarioError that names every mistake; its lines count in the YAML that the object comes to.
 */
export const defineScenario = (written: ScenarioWritten, options: Overrides = {}): Plan =>
  planFrom(stringify(written), `${written.name}.yaml`, options)

/**
 * Runs a plan to its end, in the simulator unless the plan is for another world, and gives the directory with its
 * record: `out`, or runs/<name>-<seed>. Rejects with a UsageError where nothing can be left there or the world cannot do
 * what the plan asks, and with an EnvironmentError where this machine cannot have it.
 */
export const run = (plan: Plan, options: RunOptions = {}): Promise<string> => runPlan(plan, options)

/** What the record of a run proves: measurements, findings, the verdict and its exit code. Rejects with a UsageError if there is none. */
export async function judge(directory: string): Promise<Judged> {
  return judgeRecord(directory)
}

/** Writes report.html, summary.json and summary.md into the directory of a run, judged already or not. Gives the path of the page. */
export async function report(of: string | Judged): Promise<string> {
  return writeReport(typeof of === 'string' ? judgeRecord(of) : of)
}
