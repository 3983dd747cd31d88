import { USAGE } from '../../model/errors.ts'
import type { Verdict } from '../../model/finding.ts'
import { type Align, textTable } from '../../text/table.ts'
import { counted } from '../../text/value.ts'
import { worstExitCode } from '../repetitions.ts'
import { type Ledger, ledgerText } from './library-states.ts'
import type { Row } from './task.ts'

/** What the runs of a library came to. */
export type LibraryResult = {
  format: 1
  faultline: string
  /** Judged by what each scenario expects. */
  expecting: boolean
  exitCode: number
  /** Wall clock of the whole, and of all runs one after another. */
  seconds: number
  secondsOfRuns: number
  jobs: number
  /** How many runs were asked for. */
  asked: number
  onServersOnly: string[]
  /** Of a folder that is judged by what each scenario expects. */
  ledger?: Ledger
  rows: Row[]
}

const header = ['scenario', 'system', 'verdict', 'expected', 'as stated', 'seconds']
const aligns: Align[] = ['left', 'left', 'left', 'left', 'left', 'right']

/** One row a run in order of name, why of those that did not come out as they should, and a sentence on all. */
export function libraryTable(result: LibraryResult): string {
  const { rows, expecting } = result
  const ordered = sorted(rows)
  const odd = ordered.filter(({ outcome }) => outcome === 'not as it should')
  return [
    ...textTable(
      header,
      aligns,
      ordered.map((row) => cells(row, expecting)),
    ),
    '',
    ...odd.flatMap(whyNot),
    ...(odd.length > 0 ? [''] : []),
    ...(result.ledger ? [...ledgerText(result.ledger), ''] : []),
    ...conclusion(result),
  ].join('\n')
}

function whyNot(row: Row): string[] {
  const { system, wrong, directory } = row
  const name = `${labelOf(row)}${system === '' ? '' : ` on ${system}`}`
  return [
    ...wrong.map((why) => `NOT AS EXPECTED: ${name}: ${why}`),
    ...(directory === undefined ? [] : [`  report: ${directory}/report.html`]),
  ]
}

const sorted = (rows: readonly Row[]): Row[] =>
  [...rows].sort((a, b) => (labelOf(a) < labelOf(b) ? -1 : labelOf(a) > labelOf(b) ? 1 : 0))

/** The scenario, and of a sweep the point. */
export function labelOf({ scenario, point }: Row): string {
  const at = Object.entries(point ?? {}).map(([key, value]) => `${key.split('.').at(-1)}=${value}`)
  return at.length === 0 ? scenario : `${scenario}[${at.join(', ')}]`
}

function cells(row: Row, expecting: boolean): string[] {
  const { system, verdict, seconds } = row
  const { expected, asStated } = statedOf(row, expecting)
  return [labelOf(row), system, verdict, expected, asStated, seconds.toFixed(1)]
}

/** What was expected of a run and whether it came out so, each `-` where nothing is. */
export function statedOf({ expected, outcome }: Row, expecting: boolean) {
  if (!expecting) return { expected: '-', asStated: '-' }
  const words = { 'as it should': 'yes', 'not as it should': 'NO', reported: '-' }
  const verdict = expected?.verdict ?? (outcome === 'reported' ? '-' : 'pass')
  return { expected: verdict, asStated: words[outcome] }
}

/** What came of all runs, and what else has to be known of them; a sentence each. */
export function conclusion(result: LibraryResult): string[] {
  const { rows, asked, expecting, onServersOnly, seconds, secondsOfRuns, jobs } = result
  const done = rows.length
  const odd = rows.filter(({ outcome }) => outcome === 'not as it should').length
  const as = expecting ? 'as stated' : 'with verdict pass'
  const reported = rows.filter(({ outcome }) => outcome === 'reported').length
  const good = done - odd - reported
  const others = [
    ...(odd > 0 ? [`${odd} did not`] : []),
    ...(reported > 0 ? [`of ${reported} nothing is expected`] : []),
  ]
  return [
    `${[`${good} of ${counted(done, 'run')} came out ${as}`, ...others].join(', ')}.`,
    ...(done < asked ? [`Interrupted: ${asked - done} of ${asked} runs were not made.`] : []),
    ...(onServersOnly.length > 0
      ? [`Left out, for real servers only: ${counted(onServersOnly.length, 'scenario')}.`]
      : []),
    `${seconds.toFixed(0)} s, ${secondsOfRuns.toFixed(0)} s of runs in ${counted(jobs, 'process', 'processes')}.`,
  ]
}

/**
 * By expectation: 0 if every one is met, and every state reached that has to be. Else of the worst run. A run that was
 * not made outranks both.
 */
export function libraryExitCode(rows: readonly Row[], expecting: boolean, ledger?: Ledger): number {
  const notRun = rows.filter(({ verdict }) => verdict === 'not run')
  if (!expecting && notRun.length > 0) return Math.max(...notRun.map(({ exitCode }) => exitCode))
  const hole = ledger?.held === true && ledger.never.length > 0
  if (expecting) return !hole && rows.every(({ outcome }) => outcome !== 'not as it should') ? 0 : 1
  return rows.length === 0 ? USAGE : worstExitCode(rows.filter(isJudged))
}

const isJudged = (row: Row): row is Row & { verdict: Verdict } => row.verdict !== 'not run'
