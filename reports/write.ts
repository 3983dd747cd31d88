import { writeFileSync } from 'node:fs'
import { isAbsolute, join, relative } from 'node:path'
import type { Analysis, Judgement } from '../harness/model/finding.ts'
import { renderHtml } from './html.ts'
import { markdownOf } from './markdown.ts'
import type { Report, ReportEnvironment, ReportScenario } from './report.ts'
import { summaryOf, summaryText } from './summary.ts'

/** Where the reports of a run stand. */
export type ReportFiles = { html: string; json: string; md: string }

/** Writes report.html, summary.json and summary.md into the run directory. */
export async function writeReports(
  runDirectory: string,
  analysis: Analysis,
  judgement: Judgement,
  environment: ReportEnvironment,
  scenario?: ReportScenario,
): Promise<ReportFiles> {
  const run = asTyped(runDirectory)
  const report: Report = { analysis, judgement, environment, run, ...(scenario && { scenario }) }
  const files = {
    html: join(runDirectory, 'report.html'),
    json: join(runDirectory, 'summary.json'),
    md: join(runDirectory, 'summary.md'),
  }
  writeFileSync(files.json, summaryText(summaryOf(report)))
  writeFileSync(files.md, markdownOf(report))
  writeFileSync(files.html, await renderHtml(report))
  return files
}

/** Relative to where the person stands, unless it lies elsewhere. */
function asTyped(path: string): string {
  const near = relative(process.cwd(), path)
  return near === '' || near.startsWith('..') || isAbsolute(near) ? path : near
}
