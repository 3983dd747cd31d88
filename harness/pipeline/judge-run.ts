import { join } from 'node:path'
import { type Analysed, analyse, analyseFacts, type NeighboursFor } from '../analysis/analyse.ts'
import { askedOf } from '../analysis/facts/asked.ts'
import { type Facts, factsOf } from '../analysis/facts/facts.ts'
import { readHistory } from '../analysis/facts/history.ts'
import { judge } from '../analysis/limits/judge.ts'
import type { Cells } from '../analysis/metrics/cells.ts'
import { analyseLevels, type RunOfLevel } from '../analysis/service-levels/level.ts'
import type { Judgement } from '../model/finding.ts'
import type { Plan } from '../model/plan.ts'
import type { ServiceLevel } from '../model/service-level.ts'
import { keptScenario } from '../record/run-directory.ts'
import { planText } from '../scenario/shown/timeline.ts'
import { dataSet, guaranteesFor, layoutFor } from './catalogue.ts'
import { type Environment, readEnvironment } from './environment.ts'
import { neighboursOf } from './open-sim.ts'

export type Judged = { directory: string; analysis: Analysed; judgement: Judgement }

/** What the record of a run proves, without a report; `cells` say what is kept of values (absent: how many, not when). */
export function judgeRecord(path: string, cells?: Cells): Judged {
  const record = join(path, 'record.jsonl')
  const analysis = analyse(record, neighboursForPlan, guaranteesFor, layoutFor, cells)
  return { directory: path, analysis, judgement: judge(analysis) }
}

/** The same with the facts it stands on, for what tells of single operations. */
export function judgeFacts(path: string): Judged & { facts: Facts } {
  const history = readHistory(join(path, 'record.jsonl'))
  const { plan } = history
  const neighbours = neighboursForPlan(plan, askedOf(history))
  const facts = factsOf(history, layoutFor(plan), neighbours.dim)
  const analysis = analyseFacts(facts, neighbours, guaranteesFor(plan))
  return { directory: path, facts, analysis, judgement: judge(analysis) }
}

/** What the record of a run proves, as it is and under every service level that `levelsOf` gives for its plan. */
export function judgeLevels(
  path: string,
  levelsOf: (plan: Plan) => readonly ServiceLevel[],
): { analysis: Analysed; levels: RunOfLevel[] } {
  const record = join(path, 'record.jsonl')
  return analyseLevels(record, neighboursForPlan, guaranteesFor, layoutFor, levelsOf)
}

/** Everything after the record: needs the run directory and nothing else, so a report can be made again. */
export async function judgeRun(path: string): Promise<Judged> {
  const judged = judgeRecord(path)
  await writeReport(judged)
  return judged
}

/** Writes the page, the summary and the tables of a run into its directory. Gives the path of the page. */
export async function writeReport(
  { directory, analysis, judgement }: Judged,
  environment: Environment = readEnvironment(directory),
): Promise<string> {
  // Only here: the chart library takes longer to load than most commands take to run.
  const { writeReports } = await import('../../reports/write.ts')
  const { plan } = analysis
  const scenario = { written: keptScenario(directory), plan: planText(plan, guaranteesFor(plan)) }
  await writeReports(directory, analysis, judgement, environment, scenario)
  return join(directory, 'report.html')
}

const neighboursForPlan: NeighboursFor = (plan, asked) =>
  neighboursOf(dataSet(plan.data.set), asked)
