import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { alertRow } from '../../reports/alert-rows.ts'
import { exitCodes } from '../analysis/limits/judge.ts'
import { toJson } from '../base/json.ts'
import { UsageError } from '../model/errors.ts'
import { alertsOf, alertsOfRun, type RunAlerts } from '../pipeline/alerts.ts'
import { runDirectory } from '../record/run-directory.ts'
import { alertLines } from '../text/alert.ts'
import { plainTable } from '../text/table.ts'

export type AlertsFlags = {
  json?: boolean
  allowUnknown?: boolean
  scrape?: number
  interval?: number
}

/** `faultline alerts RULES RUN…`: what rules would have done in runs that are there. Sets the exit code. Throws UsageError. */
export function alertsCommand(file: string, runs: readonly string[], flags: AlertsFlags): void {
  const { scrape, interval } = flags
  const alerts = alertsOf(file, { scrape, interval })
  const found = runs.map((path) => alertsOfRun(runWithRecord(path), alerts))
  const text = flags.json ? toJson(found.map(jsonOf), 2) : found.map(tableOf).join('\n\n')
  process.stdout.write(`${text}\n`)
  process.exitCode = exitCodeOf(found, flags)
}

function runWithRecord(path: string): string {
  const run = runDirectory(path)
  if (existsSync(join(run, 'record.jsonl'))) return run
  throw new UsageError(
    `${path} has no record.jsonl, and rules are held against a record. Run it again.`,
  )
}

function exitCodeOf(runs: readonly RunAlerts[], { allowUnknown }: AlertsFlags): number {
  const verdicts = runs.flatMap((run) => run.verdicts.map(({ verdict }) => verdict))
  if (verdicts.includes('fail')) return exitCodes.limit
  return verdicts.includes('unknown') && !allowUnknown ? exitCodes.unknown : exitCodes.pass
}

function tableOf({ run, plan, outcomes, verdicts, doubt }: RunAlerts): string {
  const rows = outcomes.flatMap((outcome) =>
    alertLines(outcome, plan.timeline.warmupUs).map(([about, said], i) => [
      i === 0 ? outcome.rule.alert : '',
      about,
      said,
    ]),
  )
  const missed = verdicts.filter(({ verdict }) => verdict !== 'pass')
  return [
    `${run}: ${plan.name}, seed ${plan.seed}, ${plan.world}`,
    ...(doubt === null ? [] : [`note  ${doubt}`]),
    ...plainTable(['alert', 'fault', 'what it did'], rows),
    ...missed.map(
      ({ verdict, because }) =>
        `${verdict === 'fail' ? 'NOT AS EXPECTED' : 'CANNOT TELL'}: ${because}`,
    ),
    ...(verdicts.length > 0 && missed.length === 0
      ? [`expected: all ${verdicts.length} came as stated`]
      : []),
  ].join('\n')
}

const jsonOf = ({ run, plan, outcomes, verdicts, doubt }: RunAlerts) => ({
  run,
  ...{ scenario: plan.name, seed: plan.seed, world: plan.world, system: plan.system.kind },
  warmupUs: plan.timeline.warmupUs,
  doubt,
  alerts: outcomes.map((outcome) => alertRow(outcome, verdicts)),
})
