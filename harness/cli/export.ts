import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chartLinesCsv } from '../../reports/export/chart-lines.ts'
import { openMetricsText } from '../../reports/export/openmetrics.ts'
import { type Summary, summaryOf } from '../../reports/summary.ts'
import { fromJson } from '../base/json.ts'
import { UsageError } from '../model/errors.ts'
import { readEnvironment } from '../pipeline/environment.ts'
import { judgeRecord } from '../pipeline/judge-run.ts'
import { runDirectory } from '../record/run-directory.ts'

export type ExportFlags = { format: 'openmetrics' | 'csv' }

/** What `faultline export` prints of a kept run. Throws UsageError. */
export function exportText(path: string, { format }: ExportFlags): string {
  return format === 'openmetrics'
    ? openMetricsText(summaryAt(path))
    : chartLinesCsv(analysisAt(path))
}

/** Of a run whose record was not kept, the summary is enough. */
function summaryAt(path: string): Summary {
  const summary = join(path, 'summary.json')
  if (!existsSync(join(path, 'record.jsonl')) && existsSync(summary))
    return fromJson(readFileSync(summary, 'utf8')) as Summary
  const { analysis, judgement } = judgeRecord(runDirectory(path))
  return summaryOf({ analysis, judgement, environment: readEnvironment(path), run: path })
}

function analysisAt(path: string) {
  if (!existsSync(join(path, 'record.jsonl')) && existsSync(join(path, 'summary.json')))
    throw new UsageError(
      `${path} has a summary and no record.jsonl, and what is drawn is in the record only. Run it again.`,
    )
  return judgeRecord(runDirectory(path)).analysis
}
