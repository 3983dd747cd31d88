import { appendFileSync, existsSync, readFileSync, statSync } from 'node:fs'
import { isAbsolute, relative, resolve } from 'node:path'
import { annotations } from '../../reports/ci/annotations.ts'
import { stepSummary } from '../../reports/ci/step-summary.ts'
import type { Suite } from '../../reports/ci/suite.ts'
import { limitLines } from '../scenario/limit-lines.ts'

/** GitHub drops the whole summary of a step that is larger than 1 MiB. */
const MOST_BYTES = 1 << 20

/** The file in which GitHub wants the summary of a step; undefined outside of its workflows. */
export const stepSummaryFile = (): string | undefined =>
  process.env['GITHUB_STEP_SUMMARY'] || undefined

/**
 * Tells a GitHub workflow what came out: annotations and, where no file is named for it, the summary on stderr, so that
 * stdout stays the result.
 */
export function tellGithub(suites: readonly Suite[]): void {
  const known = new Map<string, Map<string, number>>()
  const lineOf = (file: string, written: string): number | null => {
    const lines = known.get(file) ?? linesIn(file)
    known.set(file, lines)
    return lines.get(written) ?? null
  }
  for (const line of annotations(suites, lineOf, pathInRepository)) note(line)
  const file = stepSummaryFile()
  const text = stepSummary(suites)
  if (file === undefined) {
    note(text)
    return
  }
  const size = existsSync(file) ? statSync(file).size : 0
  if (size + Buffer.byteLength(text) < MOST_BYTES) appendFileSync(file, text)
  else note('The summary of this step is full: GitHub takes 1 MiB. What came out is above.')
}

const linesIn = (file: string): Map<string, number> =>
  existsSync(file) && statSync(file).isFile() ? limitLines(readFileSync(file, 'utf8')) : new Map()

/** As GitHub names files: from the top of the repository, with slashes. */
function pathInRepository(file: string): string | null {
  const top = process.env['GITHUB_WORKSPACE'] || process.cwd()
  const path = relative(top, resolve(file))
  return path === '' || path.startsWith('..') || isAbsolute(path)
    ? null
    : path.replaceAll('\\', '/')
}

const note = (text: string): void => {
  process.stderr.write(`${text}\n`)
}
