import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chartLinesCsv } from '../../reports/export/chart-lines.ts'
import { openMetricsText } from '../../reports/export/exposition.ts'
import { type Summary, summaryOf } from '../../reports/summary.ts'
import { fromJson } from '../base/json.ts'
import { UsageError } from '../model/errors.ts'
import { readEnvironment } from '../pipeline/environment.ts'
import { judgeRecord } from '../pipeline/judge-run.ts'
import { runDirectory } from '../record/run-directory.ts'
import type { OtlpFlags } from './export-otlp.ts'

export const exportFormats = ['openmetrics', 'csv', 'otlp'] as const

export type ExportFlags = OtlpFlags & { format?: (typeof exportFormats)[number] }

/** `faultline export`: prints a kept run for other tools, or sends it to one. Rejects with a UsageError or an EnvironmentError. */
export async function exportCommand(path: string, flags: ExportFlags): Promise<void> {
  const format = formatOf(flags)
  if (format === 'otlp') {
    needsRecord(path, 'what operations did')
    return (await import('./export-otlp.ts')).exportOtlp(runDirectory(path), flags)
  }
  process.stdout.write(
    format === 'openmetrics' ? openMetricsText(summaryAt(path)) : chartLinesCsv(analysisAt(path)),
  )
}

function formatOf({ format, otlp, all }: ExportFlags): (typeof exportFormats)[number] {
  if (otlp !== undefined && (format ?? 'otlp') !== 'otlp')
    throw new UsageError(`--otlp sends OTLP and nothing else: leave --format ${format} out.`)
  const chosen = otlp === undefined ? format : 'otlp'
  if (chosen === undefined)
    throw new UsageError(
      `Say what to export: --format ${exportFormats.join(', --format ')}, or --otlp http://localhost:4318 to send it to a collector.`,
    )
  if (all && chosen !== 'otlp')
    throw new UsageError(`--all is for traces; --format ${chosen} has all there is. Leave it out.`)
  return chosen
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
  needsRecord(path, 'what is drawn')
  return judgeRecord(runDirectory(path)).analysis
}

function needsRecord(path: string, what: string): void {
  if (!existsSync(join(path, 'record.jsonl')) && existsSync(join(path, 'summary.json')))
    throw new UsageError(
      `${path} has a summary and no record.jsonl, and ${what} is in the record only. Run it again.`,
    )
}
