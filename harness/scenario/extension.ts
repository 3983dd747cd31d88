import { resolve } from 'node:path'
import type { Known } from './known.ts'
import { openSheet, type Place, type Sheet, type SourceFile } from './yaml/document.ts'
import { layered } from './yaml/layers.ts'
import { nounOf } from './yaml/reading.ts'
import { type SetVariables, type Variable, withVariables } from './yaml/variables.ts'

/** How files that a scenario names are had. */
export type Files = Pick<Known, 'fileBeside' | 'shippedScenario'>

/** A scenario with what it extends, and its variables filled in. */
export type OpenScenario = {
  sheet: Sheet
  /** False if what stands below the problems cannot be trusted. */
  usable: boolean
  /** The files it extends, the nearest first. */
  extended: readonly string[]
  variables: readonly Variable[]
}

/** A file that extends one that extends one …: more is a riddle for whoever reads it. */
const MOST_FILES = 8

const isMap = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Opens a scenario: what it extends lies below what it says itself, and variables are filled in. Problems name the file
 * in which the words stand.
 */
export function openScenario(
  source: SourceFile,
  files: Files,
  set: SetVariables = {},
): OpenScenario {
  const { sheet: own, usable } = openSheet(source)
  const alone = { sheet: own, usable, extended: [], variables: [] }
  if (!usable || !isMap(own.value)) return alone
  const below = own.at(['extends']) === undefined ? [] : sheetsBelow(own, source, files)
  const broken = below === null
  if (broken) return { ...alone, usable: false }
  const extended = below.map(({ file }) => file)
  const plain = below.length === 0 && !/vars|\$\{|\\/.test(source.text)
  if (plain && Object.keys(set).length === 0) return alone
  const whole = below.length === 0 ? own : layered([own, ...below])
  whole.problems.push(...(whole === own ? [] : own.problems))
  const before = whole.problems.length
  const { sheet, variables } = withVariables(whole, set)
  const read = withoutExtends(sheet)
  return { sheet: read, usable: read.problems.length === before, extended, variables }
}

/** What a scenario extends is no part of what it says. */
function withoutExtends(sheet: Sheet): Sheet {
  const { extends: _, ...value } = sheet.value as Record<string, unknown>
  return {
    ...sheet,
    value,
    apart: () => withoutExtends(sheet.apart()),
    at: (path) => (path.length === 0 ? value : path[0] === 'extends' ? undefined : sheet.at(path)),
  }
}

type Step = Place & { path: string }

/** The files below one that extends another, the nearest first; null where they cannot be had, which is then reported. */
function sheetsBelow(own: Sheet, source: SourceFile, files: Files): Sheet[] | null {
  checkName(own)
  const below: Sheet[] = []
  const chain: Step[] = []
  for (let sheet = own; sheet.at(['extends']) !== undefined; ) {
    const place = sheet.place(['extends'])
    chain.push({ ...place, path: resolve(sheet.file) })
    const next = named(sheet, sheet === own ? source.file : sheet.file, files)
    const problem = 'wrong' in next ? next : wrongWith(chain, next)
    if (problem) return refused(own, sheet, problem)
    const opened = openSheet(next as SourceFile)
    own.problems.push(...opened.sheet.problems)
    if (!opened.usable) return null
    if (!isMap(opened.sheet.value))
      return refused(own, sheet, {
        wrong: `${opened.sheet.file} is no scenario: it holds ${nounOf(opened.sheet.value)}`,
      })
    below.push(opened.sheet)
    sheet = opened.sheet
  }
  return below
}

type Wrong = { wrong: string; hint?: string }

function refused(own: Sheet, sheet: Sheet, { wrong, hint }: Wrong): null {
  const at = sheet.apart()
  at.report(['extends'], { message: wrong, ...(hint !== undefined && { hint }) })
  own.problems.push(...at.problems)
  return null
}

/** Runs are kept under the name of their scenario: with the same one they would replace each other. */
function checkName(own: Sheet): void {
  if (own.at(['name']) !== undefined) return
  const message = 'a scenario that extends another needs a name of its own: runs are kept under it'
  own.report(['extends'], { message, hint: 'Write name: my-scenario.', at: 'key' })
}

/** The file that is named: by its path from the file that names it, or as a scenario that ships with Faultline. */
function named(sheet: Sheet, file: string, files: Files): SourceFile | Wrong {
  const written = sheet.at(['extends'])
  if (typeof written !== 'string' || written === '')
    return {
      wrong: `expected one scenario, found ${nounOf(written)}`,
      hint: 'Write extends: ./other.yaml, or extends: partition-heal for one that ships with Faultline.',
    }
  const beside = files.fileBeside(file, written)
  if (!('wrong' in beside)) return beside
  if (/^[a-z0-9][a-z0-9-]*$/.test(written)) return files.shippedScenario(written)
  return {
    wrong: `${nounOf(written)} cannot be read: ${beside.wrong}`,
    hint: 'The path counts from this file; one that ships with Faultline is named without .yaml.',
  }
}

function wrongWith(chain: readonly Step[], { file }: SourceFile): Wrong | null {
  const way = [...chain.map(({ file, line, column }) => `${file}:${line}:${column}`), file]
  const from = chain.findIndex(({ path }) => path === resolve(file))
  if (from >= 0)
    return {
      wrong: `this goes round in a circle: ${way.slice(from).join(' -> ')}`,
      hint: 'One of them has to stand by itself.',
    }
  if (chain.length < MOST_FILES) return null
  return {
    wrong: `this is the ${MOST_FILES + 1}th file in a row: ${way.join(' -> ')}`,
    hint: `Write it with ${MOST_FILES} at most.`,
  }
}
