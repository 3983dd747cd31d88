import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { invalidating } from '../../analysis/checkers/starved.ts'
import { Cells } from '../../analysis/metrics/cells.ts'
import { Sequence } from '../../base/histogram.ts'
import { UsageError } from '../../model/errors.ts'
import type { Analysis, Finding, Verdict } from '../../model/finding.ts'
import type { Plan } from '../../model/plan.ts'
import { type Judged, judgeRecord } from '../../pipeline/judge-run.ts'
import { notARun } from '../../record/run-directory.ts'
import { type Figure, figuresOf } from './figures.ts'

/** A run as far as it is compared. */
export type ComparedRun = {
  directory: string
  plan: Plan
  verdict: Verdict
  because: string
  /** Why it cannot be compared, as a sentence; absent where it can. */
  blind?: string
  /** Why its times say nothing; absent where they do. */
  starved?: string
  figures: Figure[]
  findings: Finding[]
  /** environment.json and truth/data.json, as they are. */
  environment: Record<string, unknown>
  data: Record<string, unknown>
  drawn: Analysis
}

/** What stands on one side: a run, or several that belong together. */
export type Side = { path: string; runs: ComparedRun[] }

/** Folders in which repetitions, seeds of a campaign and points of a sweep are left. */
const PART = /^(rep|seed|point)-(\d+)$/

/**
 * Reads a run directory, or a folder of runs. `unknownToo` compares runs whose verdict is unknown. Throws a UsageError
 * where there is no run.
 */
export function readSide(path: string, unknownToo: boolean): Side {
  const folders = foldersOf(path)
  if (folders.length === 0) throw new UsageError(noRuns(path))
  return { path, runs: folders.map((folder) => readRun(folder, unknownToo)) }
}

function foldersOf(path: string): string[] {
  if (existsSync(join(path, 'record.jsonl'))) return [path]
  if (!existsSync(path)) return []
  const number = (name: string) => Number(PART.exec(name)?.[2])
  return readdirSync(path)
    .filter((name) => PART.test(name) && existsSync(join(path, name, 'record.jsonl')))
    .sort((a, b) => number(a) - number(b))
    .map((name) => join(path, name))
}

function noRuns(path: string): string {
  if (existsSync(join(path, 'campaign.json')))
    return `${path} is a campaign that kept no runs, only their sums. Keep them: faultline run FILE --seeds 1..20 --reports --out ${path}`
  return `${notARun(path)} A folder of runs has rep-1, rep-2 …, or seed-1, seed-2 … in it.`
}

function readRun(directory: string, unknownToo: boolean): ComparedRun {
  const { analysis, judgement } = judgeRecord(directory, new Cells(() => new Sequence()))
  const { verdict, because } = judgement
  const blind = blindness({ directory, analysis, judgement }, unknownToo)
  const starved = invalidating(analysis.findings)?.because
  const { cells: _, queries: __, reached: ___, ...drawn } = analysis
  return {
    ...{ directory, plan: analysis.plan, verdict, because },
    ...(blind !== undefined && { blind }),
    ...(starved !== undefined && { starved }),
    figures: figuresOf(analysis, analysis.plan.limits),
    findings: analysis.findings,
    environment: jsonIn(directory, 'environment.json'),
    data: jsonIn(directory, 'truth/data.json'),
    drawn,
  }
}

/** A run that did not end, or of which there is no evidence that it was what it was meant to be. */
function blindness({ analysis, judgement }: Judged, unknownToo: boolean): string | undefined {
  if (analysis.ended.how !== 'complete') return judgement.because
  return judgement.verdict === 'unknown' && !unknownToo ? judgement.because : undefined
}

function jsonIn(directory: string, name: string): Record<string, unknown> {
  const file = join(directory, name)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
}

/** `runs/a`, or `runs/a (20 runs)`. */
export const sideText = ({ path, runs }: Side): string =>
  runs.length === 1 ? path : `${path} (${runs.length} runs)`

export const sideName = ({ path }: Side): string => basename(path)
