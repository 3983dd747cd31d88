import { stringify } from 'yaml'
import type { Plan } from './model/plan.ts'
import { type Judged, judgeRecord, writeReport } from './pipeline/judge-run.ts'
import { planFrom, planOf } from './pipeline/plan.ts'
import { type PlanOptions, type RunPlanOptions, runPlan } from './pipeline/run-plan.ts'
import { scenarioFile } from './pipeline/shipped.ts'
import type { ScenarioWritten } from './scenario/schema.ts'

export { defineChecker } from './analysis/checkers/defined.ts'
export type { Checked, Checker } from './analysis/checkers/finding.ts'
export { EnvironmentError, UsageError } from './model/errors.ts'
export type { Analysis, Finding, Judgement, LimitResult, Verdict } from './model/finding.ts'
export type { MetricName, MetricRow } from './model/metric.ts'
export { defineSystem } from './pipeline/catalogue.ts'
export type { Agent, Router, System, Terrain, UserTerrain } from './ports/system.ts'
export { ScenarioError } from './scenario/yaml/problem.ts'
export type { Judged, Plan, PlanOptions, RunPlanOptions, ScenarioWritten }

/**
 * Reads a scenario: a file, a replay file, or the name of a scenario that comes with Faultline. Every value of the plan
 * is filled in; times are whole microseconds, names `…Us`. Rejects with a ScenarioError that names every mistake with
 * its place, and with a ReplayError.
 */
export async function scenario(file: string, options: PlanOptions = {}): Promise<Plan> {
  return planOf(scenarioFile(file), options)
}

/**
 * A scenario written in code, with the keys and the spellings of a scenario file (`'41ms'`, `'20/s'`, `'5%'`). Throws a
 * ScenarioError that names every mistake; its lines count in the YAML that the object comes to.
 */
export const defineScenario = (written: ScenarioWritten, options: PlanOptions = {}): Plan =>
  planFrom(stringify(written), `${written.name}.yaml`, options)

/**
 * Runs a plan to its end, in the simulator unless the plan is for another world, and gives the directory with its
 * record: `out`, or runs/<name>-<seed>. Rejects with a RunDirectoryError where nothing can be left there, with a
 * CapabilityMissing for what the world cannot do, and with an EnvironmentError where this machine cannot have it.
 */
export const run = (plan: Plan, options: RunPlanOptions = {}): Promise<string> =>
  runPlan(plan, options)

/** What the record of a run proves: measurements, findings, the verdict and its exit code. Rejects with a RecordError. */
export async function judge(directory: string): Promise<Judged> {
  return judgeRecord(directory)
}

/** Writes report.html, summary.json and summary.md into the directory of a run, and gives the path of the page. */
export async function report(directory: string, judged?: Judged): Promise<string> {
  return writeReport(judged ?? judgeRecord(directory))
}
