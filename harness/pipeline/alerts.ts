import { join } from 'node:path'
import { alertVerdicts } from '../analysis/alerts/expectations.ts'
import { alertOutcomes } from '../analysis/alerts/outcomes.ts'
import { factsOf } from '../analysis/facts/facts.ts'
import { faultSpans } from '../analysis/facts/faults.ts'
import { readHistory } from '../analysis/facts/history.ts'
import type { AlertOutcome, AlertPlan, AlertVerdict } from '../model/alert.ts'
import { UsageError } from '../model/errors.ts'
import type { FaultSpan } from '../model/finding.ts'
import type { PhaseSpan } from '../model/metric.ts'
import type { Plan } from '../model/plan.ts'
import type { Us } from '../model/units.ts'
import { readAlertFile } from '../scenario/parts/alerts.ts'
import { ScenarioError } from '../scenario/yaml/problem.ts'
import { fileBeside } from './beside.ts'
import { layoutFor } from './catalogue.ts'

/** What alerting rules would have done in a run that was kept. */
export type RunAlerts = {
  run: string
  plan: Plan
  phases: PhaseSpan[]
  faults: FaultSpan[]
  endUs: Us
  outcomes: AlertOutcome[]
  verdicts: AlertVerdict[]
  /** Why no moment of the run can be trusted, as a sentence; null: they can. */
  doubt: string | null
}

/** Rules of a file, ours or one of Prometheus; `often`: in the place of what goes for all of them, in µs. Throws a UsageError if it cannot be read, a ScenarioError with all that is wrong. */
export function alertsOf(file: string, often: { scrape?: Us; interval?: Us } = {}): AlertPlan {
  const source = fileBeside('', file)
  if ('wrong' in source) throw new UsageError(`cannot read ${file}: ${source.wrong}`)
  const read = readAlertFile(source, null, often)
  if ('problems' in read) throw new ScenarioError(read.problems)
  return read.alerts
}

/** Holds a run that was kept against rules. Throws RecordError if its record cannot be read. */
export function alertsOfRun(run: string, alerts: AlertPlan): RunAlerts {
  const history = readHistory(join(run, 'record.jsonl'))
  const { plan, endUs, end } = history
  const facts = factsOf(history, layoutFor(plan))
  const outcomes = alertOutcomes(facts, alerts)
  const how = end?.how ?? 'cut off'
  const early = how === 'complete' ? null : `The run did not come to its end: ${how}.`
  const doubt = facts.pace.keptUp ? early : 'The machine could not keep up: no moment is certain.'
  return {
    ...{ run, plan, endUs, outcomes, doubt },
    phases: facts.spans,
    faults: faultSpans(history, facts.faults),
    verdicts: alertVerdicts(outcomes, alerts.expect, doubt),
  }
}
