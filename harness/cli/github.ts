import { appendFileSync, existsSync, readFileSync, statSync } from 'node:fs'
import { isAbsolute, relative, resolve } from 'node:path'
import { annotations } from '../../reports/ci/annotations.ts'
import { stepSummary } from '../../reports/ci/step-summary.ts'
import type { Suite } from '../../reports/ci/suite.ts'
import { files } from '../pipeline/catalogue.ts'
import { limitPlaces } from '../scenario/limit-places.ts'
import type { Place } from '../scenario/yaml/document.ts'
import type { SetVariables } from '../scenario/yaml/variables.ts'

/** GitHub drops the whole summary of a step that is larger than 1 MiB. */
const MOST_BYTES = 1 << 20

/** The file in which GitHub wants the summary of a step; undefined outside of its workflows. */
export const stepSummaryFile = (): string | undefined =>
  process.env['GITHUB_STEP_SUMMARY'] || undefined

/**
 * Tells a GitHub workflow what came out: annotations and, where no file is named for it, the summary on stderr, so that
 * stdout stays the result. `set`: values of variables that the runs were made with, beside those of their files.
 */
export function tellGithub(suites: readonly Suite[], set: SetVariables = {}): void {
  const known = new Map<string, Map<string, Place>>()
  const placeOf = (file: string, written: string): Place | null => {
    const places = known.get(file) ?? placesIn(file, set)
    known.set(file, places)
    return places.get(written) ?? null
  }
  for (const line of annotations(suites, placeOf, pathInRepository)) note(line)
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

const placesIn = (file: string, set: SetVariables): Map<string, Place> =>
  existsSync(file) && statSync(file).isFile()
    ? limitPlaces({ file, text: readFileSync(file, 'utf8') }, files, set)
    : new Map()

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
