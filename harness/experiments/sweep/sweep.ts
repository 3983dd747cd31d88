import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sweepMarkdown } from '../../../reports/sweep-table.ts'
import { toJson } from '../../base/json.ts'
import { loadNotes } from '../../model/load-notes.ts'
import type { SweepPoint, SweepResult } from '../../model/sweep.ts'
import { describeEnvironment } from '../../pipeline/environment.ts'
import { unmet } from '../../pipeline/expectation.ts'
import { type Judged, judgeRun } from '../../pipeline/judge-run.ts'
import { sourceOf, sweepOf } from '../../pipeline/plan.ts'
import { type RunOptions, recordRun } from '../../pipeline/record-run.ts'
import { faultlineVersion } from '../../pipeline/version.ts'
import {
  defaultDirectory,
  keepScenario,
  linkLatest,
  openRunDirectory,
  writeJson,
} from '../../record/run-directory.ts'
import type { Overrides } from '../../scenario/load.ts'
import { shownFigure } from './figures.ts'

export type Swept = { directory: string; result: SweepResult }

/**
 * Runs every point of a sweep, one after another, into <directory>/point-01 … and after each writes sweep.json,
 * sweep.md and sweep.html of all so far. `onPoint` hears of each before it begins, `onJudged`
 * when it has ended.
 */
export async function runSweep(
  file: string,
  options: RunOptions &
    Overrides & {
      command: string
      onPoint?: (point: SweepPoint, of: number) => void
      onJudged?: (judged: Judged) => void
    },
): Promise<Swept> {
  const { seed, world, set, out, command } = options
  const sweep = sweepOf(file, { seed, world, set })
  const [first] = sweep.points as [SweepPoint, ...SweepPoint[]]
  const directory = out ?? defaultDirectory(first.plan)
  const top = openRunDirectory(first.plan, directory)
  if (top.replaced !== undefined) options.onNote?.(top.replaced)
  rmSync(join(directory, 'truth'), { force: true, recursive: true })
  const { name: scenario, question } = first.plan
  const { seed: ownSeed, world: ownWorld } = first.plan
  const notes = loadNotes(first.plan)
  const head = { scenario, question, notes, seed: ownSeed, world: ownWorld }
  const result: SweepResult = { format: 1, ...head, faultline: faultlineVersion, points: [] }
  for (const point of sweep.points) {
    if (options.interrupted?.()) break
    options.onPoint?.(point, sweep.points.length)
    const path = join(directory, `point-${String(point.number).padStart(2, '0')}`)
    const here = openRunDirectory(point.plan, path)
    writeJson(here, 'environment.json', { ...describeEnvironment(command), scenarioFile: file })
    keepScenario(here, sourceOf(point.plan).text)
    await recordRun(point.plan, here, options)
    const judged = await judgeRun(path)
    options.onJudged?.(judged)
    const { analysis, judgement } = judged
    const { verdict, exitCode, because } = judgement
    result.points.push({
      ...{ number: point.number, at: point.at, verdict, exitCode, because },
      ...(point.plan.expect && { unmet: unmet(analysis, judgement) }),
      figures: sweep.show.map((shown) => shownFigure(shown, analysis)),
      directory: path,
    })
    await writeSweep(directory, result)
  }
  if (out === undefined) linkLatest(top)
  return { directory, result }
}

async function writeSweep(directory: string, result: SweepResult): Promise<void> {
  const write = (name: string, text: string): void => writeFileSync(join(directory, name), text)
  write('sweep.json', `${toJson(result, 2)}\n`)
  write('sweep.md', `${sweepMarkdown(result)}\n`)
  const { sweepPage } = await import('../../../reports/sweep.ts')
  write('sweep.html', await sweepPage(result))
}
