import { z } from 'zod'
import type { Arrivals, Plan } from '../../model/plan.ts'
import { SECOND, type Us } from '../../model/units.ts'
import { durationText, rateText, shareText } from '../shown/figures.ts'
import { about, optional } from '../yaml/about.ts'
import type { Path, Sheet, SourceFile } from '../yaml/document.ts'
import type { Problem } from '../yaml/problem.ts'
import { readQuantity } from '../yaml/quantity.ts'
import { nounOf } from '../yaml/reading.ts'
import { list, shortened } from '../yaml/spelling.ts'
import { type Cell, csvRows } from './csv.ts'

/** Rates as somebody measured them. */
export const replaySchema = z.strictObject({
  file: about(z.string(), 'a CSV file of times and rates, beside the scenario'),
  speed: optional(
    z.number().gt(0).max(1_000_000),
    'how many times faster than in the file time passes',
    1,
  ),
})
type ReplayWritten = z.output<typeof replaySchema>

const MOST_ROWS = 20_000

const FORM =
  'Begin with time,rate and a row for each step: 0,120 then 60,135. Times are seconds, durations such as 5m, or dates such as 2026-11-30T08:00.'

/** `us` counts from the first row. */
type Row = { us: Us; perSec: number; cell: Cell }
type Beside = (scenario: string, name: string) => SourceFile | { wrong: string }

/**
 * Arrivals that follow a file: each row's rate holds until the next row, the last for as long as the row before it, and
 * then on. The file gives the shape: its highest rate becomes the rates of the load. The first row stands at the end of
 * warm-up, and its rate holds in warm-up too.
 */
export function resolveReplay(
  sheet: Sheet,
  path: Path,
  { file, speed = 1 }: ReplayWritten,
  { timeline, fileBeside }: { timeline: Plan['timeline'] | null; fileBeside: Beside },
): Arrivals {
  const nothing: Arrivals = { kind: 'poisson' }
  const source = fileBeside(sheet.place([...path, 'file']).file, file)
  if ('wrong' in source) {
    const message = `${nounOf(file)} cannot be read: ${source.wrong}`
    sheet.report([...path, 'file'], { message, hint: 'The path counts from the scenario file.' })
    return nothing
  }
  const found = readRates(source)
  if ('problems' in found) {
    sheet.problems.push(...found.problems)
    return nothing
  }
  const { rows } = found
  const peak = Math.max(...rows.map(({ perSec }) => perSec))
  const factorOf = ({ perSec }: Row): number => Math.round((perSec / peak) * 1e9) / 1e9
  const written = lengthsOf(rows)
  const lengths = written.map((us) => Math.max(1, Math.round(us / speed)))
  const allUs = lengths.reduce((sum, us) => sum + us, 0)
  if (timeline && allUs > timeline.runUs)
    sheet.report([...path, speed === 1 ? 'file' : 'speed'], {
      message: `${rows.length} rows of ${nounOf(file)} last ${durationText(allUs)}, and arrivals end ${durationText(timeline.runUs)} after warm-up`,
      hint: `Write speed: ${speedFor(written.reduce((sum, us) => sum + us, 0) / timeline.runUs)}, or timeline: { run: ${durationText(allUs)} }.`,
    })
  const [first] = rows as [Row, ...Row[]]
  const stages = rows.flatMap((row, i) => {
    const target = factorOf(row)
    const held = { target, forUs: lengths[i] as Us }
    return i === 0 ? [held] : [{ target, forUs: 0 }, held]
  })
  const mean =
    rows.reduce((sum, row, i) => sum + factorOf(row) * (lengths[i] as Us), 0) / Math.max(1, allUs)
  return {
    kind: 'stages',
    startUs: timeline?.warmupUs ?? 0,
    from: factorOf(first),
    stages,
    shape:
      `${rows.length} rates of ${file} in ${durationText(allUs)}` +
      `${speed === 1 ? '' : `, ${speed} times faster than written there`}: its highest, ${rateText(peak)}, becomes 100%, ` +
      `the mean ${shareText(Math.round(mean * 1000) / 1000)}; the last is held to the end`,
  }
}

/** A speed that is enough, with three digits. */
const speedFor = (least: number): number => {
  const digits = 10 ** (2 - Math.floor(String(Math.floor(least)).length - 1))
  return Math.ceil(least * digits) / digits
}

const lengthsOf = (rows: readonly Row[]): Us[] =>
  rows.map(({ us }, i) => {
    const next = rows[i + 1]
    if (next) return next.us - us
    return us - (rows[i - 1] as Row).us
  })

/** Reads times and rates, or says what is wrong with each, at its line and column. */
export function readRates({
  file,
  text,
}: SourceFile): { rows: [Row, Row, ...Row[]] } | { problems: Problem[] } {
  const problems: Problem[] = []
  const report = (cell: Cell | undefined, message: string, hint = ''): void => {
    const at = { file, line: cell?.line ?? 1, column: cell?.column ?? 1 }
    problems.push({ ...at, message, ...(hint !== '' && { hint }) })
  }
  const [head, ...lines] = csvRows(text)
  if (!head) report(undefined, 'this file is empty', FORM)
  else if (head.length !== 2) {
    const columns = list(head.map((cell) => shortened(cell.text)))
    report(
      head[2] ?? head[0],
      `expected a column of times and one of rates, found ${columns}`,
      FORM,
    )
  } else if (head.every(({ text: word }) => /^-?[\d.]/.test(word)))
    report(head[0], 'the first row has to name the columns', FORM)
  else if (lines.length < 2) report(head[0], 'a shape needs two rows of rates or more', FORM)
  else if (lines.length > MOST_ROWS)
    report(lines[MOST_ROWS]?.[0], `more than ${MOST_ROWS} rows`, 'Take the mean of some at a time.')
  if (problems.length > 0) return { problems }
  const rows = lines.flatMap((cells): Row[] => {
    const row = rowOf(cells)
    if ('row' in row) return [row.row]
    report(row.cell, row.message, row.hint)
    return []
  })
  if (problems.length > 0) return { problems }
  const start = (rows[0] as Row).us
  for (const [i, { us, cell }] of rows.entries())
    if (i > 0 && us <= (rows[i - 1] as Row).us)
      report(
        cell,
        `${shortened(cell.text)} is not after the row before it`,
        'Sort the rows by time.',
      )
  if (rows.every(({ perSec }) => perSec === 0))
    report(lines[0]?.[1], 'every rate in this file is 0, so no operations arrive')
  return problems.length > 0
    ? { problems }
    : { rows: rows.map((row) => ({ ...row, us: row.us - start })) as [Row, Row, ...Row[]] }
}

function rowOf(cells: Cell[]): { row: Row } | { cell: Cell; message: string; hint?: string } {
  const [time, rate] = cells
  if (!time || !rate || cells.length !== 2)
    return { cell: time as Cell, message: `expected 2 cells in this row, found ${cells.length}` }
  const us = usOf(time.text)
  if (us === undefined)
    return { cell: time, message: `"${shortened(time.text)}" is not a time`, hint: FORM }
  if (rate.text.startsWith('-'))
    return { cell: rate, message: `a rate cannot be below 0, and this is ${shortened(rate.text)}` }
  const plain = /^\d+(\.\d+)?(e[+-]?\d+)?$/i.test(rate.text)
  const reading = readQuantity('rate', plain ? `${Number(rate.text)}/s` : rate.text)
  if ('value' in reading) return { row: { us, perSec: reading.value, cell: time } }
  return { cell: rate, message: reading.wrong, hint: 'Write operations per second, such as 120.' }
}

/** Seconds (of a clock that counts them since 1970 too, in thousandths where there are so many), a duration, or a date. */
function usOf(text: string): Us | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) {
    const number = Number(text)
    return Math.round(number >= 1e11 ? number * 1_000 : number * SECOND)
  }
  const iso =
    /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?$/i.exec(text)
  if (iso) {
    const [, day, time, zone = 'Z'] = iso
    // biome-ignore lint/style/noRestrictedGlobals: it reads a date and asks no clock.
    const ms = Date.parse(`${day}T${time}${zone}`)
    return Number.isNaN(ms) ? undefined : ms * 1_000
  }
  const reading = readQuantity('duration', text)
  return 'value' in reading ? reading.value : undefined
}
