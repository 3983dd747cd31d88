import { z } from 'zod'
import type { RegionName, Us } from '../../model/units.ts'
import { openSheet, type SourceFile } from '../yaml/document.ts'
import type { Problem } from '../yaml/problem.ts'
import { quantity, readQuantity } from '../yaml/quantity.ts'
import { read } from '../yaml/reading.ts'
import { list, shortened } from '../yaml/spelling.ts'
import { type Cell, csvRows } from './csv.ts'

/** A table of round-trip times between cities, each direction measured apart. */
export type LinkPreset = {
  /** How messages name it. */
  source: string
  cities: string[]
  rttUs(from: string, to: string): Us | undefined
}

const schema = z.strictObject({
  source: z.string(),
  note: z.string(),
  rtt: z.record(z.string(), z.record(z.string(), quantity('duration', { above: 0 }))),
})

/** Reads a file of fixtures/links, or says what is wrong with it. */
export function readLinkPreset(
  source: SourceFile,
): { preset: LinkPreset } | { problems: Problem[] } {
  const { sheet, usable } = openSheet(source)
  const table = usable ? read(sheet, [], schema) : undefined
  if (!table || sheet.problems.length > 0) return { problems: sheet.problems }
  const cities = Object.keys(table.rtt)
  return { preset: { source: 'this preset', cities, rttUs: (a, b) => table.rtt[a]?.[b] } }
}

/** Units that numbers of a table may be in where they do not carry one. */
export const tableUnits = ['us', 'ms', 's'] as const
export type TableUnit = (typeof tableUnits)[number]

type Message = { message: string; hint?: string }
type Entry = { from: string; to: string; cell: Cell }
type Table = { entries: Entry[]; names: string[]; unit: TableUnit | undefined; times: 1 | 2 }
type Report = (cell: Cell | undefined, message: Message) => undefined

/**
 * Reads round trips between regions from a CSV file, in one of the two forms people keep them in: a row for each pair
 * under from,to,rtt_ms, or a matrix with regions in the first row and the first column. Cells are separated by comma,
 * semicolon or tab. A unit stands at the number (65.34ms), in the first row (rtt_ms, or the corner of a matrix), or is
 * said by `unit`. Where one direction of a pair is missing, the round trip of the other is taken: it is the same way.
 * Whatever is wrong has the line and column of its cell.
 */
export function readRttTable(
  { file, text }: SourceFile,
  unit: TableUnit | undefined,
): { preset: LinkPreset } | { problems: Problem[] } {
  const problems: Problem[] = []
  const report: Report = (cell, message) => {
    problems.push({ file, line: cell?.line ?? 1, column: cell?.column ?? 1, ...message })
  }
  const rows = csvRows(text)
  const table = tableOf(rows, report)
  if (!table) return { problems }
  if (unit && table.unit && unit !== table.unit) {
    const message = `the first row says ${table.unit}, and the scenario says unit: ${unit}`
    report(rows[0]?.[0], { message, hint: 'Take one of the two out.' })
  }
  const rtt = timesOf(table, table.unit ?? unit, report)
  if (problems.length > 0) return { problems }
  const rttUs = (from: RegionName, to: RegionName): Us | undefined =>
    rtt.get(`${from} ${to}`) ?? rtt.get(`${to} ${from}`)
  return { preset: { source: file, cities: table.names, rttUs } }
}

const fromWords = ['from', 'source', 'src', 'origin', 'a']
const toWords = ['to', 'destination', 'dest', 'dst', 'target', 'b']

function tableOf([head, ...rows]: Cell[][], report: Report): Table | undefined {
  if (!head) return report(undefined, { message: 'this file is empty', hint: FORMS })
  const words = head.map(({ text }) => text.toLowerCase())
  const from = words.findIndex((word) => fromWords.includes(word))
  const to = words.findIndex((word) => toWords.includes(word))
  const isHeadless = head.slice(1).some(({ text }) => /^\d/.test(text) && isTime(text))
  if (isHeadless || head.length < 2)
    return report(head[0], { message: 'the first row has to name the columns', hint: FORMS })
  return from >= 0 && to >= 0
    ? fromRows(head, rows, { from, to }, report)
    : fromMatrix(head, rows, report)
}

const FORMS =
  'Begin with from,to,rtt_ms and a row for each pair, or with the regions in the first row and the first column.'

function fromRows(
  head: Cell[],
  rows: Cell[][],
  at: { from: number; to: number },
  report: Report,
): Table | undefined {
  const others = head.filter((_, i) => i !== at.from && i !== at.to)
  const [value, ...more] = others
  const columns = list(others.map(({ text }) => shortened(text)))
  if (!value) return report(head[0], { message: 'no column holds the round trip', hint: FORMS })
  if (more.length > 0) {
    const message = `one column holds the round trip, and here are ${others.length}: ${columns}`
    return report(more[0], { message, hint: 'Keep from, to and that one: nothing reads the rest.' })
  }
  const times = timesToRoundTrip(value.text)
  if (!times) {
    const message = `"${shortened(value.text)}" does not say whether it is there and back, or one way`
    return report(value, { message, hint: 'Call the column rtt_ms or one_way_ms.' })
  }
  const place = head.indexOf(value)
  const entries = rows.flatMap((row): Entry[] => {
    const [a, b, cell] = [row[at.from], row[at.to], row[place]]
    if (row.length === head.length && a && b && cell) return [{ from: a.text, to: b.text, cell }]
    report(row[0], { message: `expected ${head.length} cells in this row, found ${row.length}` })
    return []
  })
  const names = [...new Set(entries.flatMap(({ from, to }) => [from, to]))]
  return { entries, names, unit: unitOf(value.text), times }
}

function fromMatrix(head: Cell[], rows: Cell[][], report: Report): Table {
  const [corner, ...columns] = head
  for (const [i, { text }] of columns.entries())
    if (columns.findIndex((other) => other.text === text) < i)
      report(columns[i], { message: `the column "${shortened(text)}" appears twice` })
  const entries = rows.flatMap((row): Entry[] => {
    const [name, ...cells] = row
    if (row.length !== head.length)
      report(name, { message: `expected ${head.length} cells in this row, found ${row.length}` })
    return columns.flatMap(({ text: to }, i) => {
      const cell = cells[i]
      return name && cell && to !== name.text ? [{ from: name.text, to, cell }] : []
    })
  })
  const names = [
    ...new Set([...columns.map(({ text }) => text), ...rows.map((r) => r[0]?.text ?? '')]),
  ]
  const title = corner?.text ?? ''
  return { entries, names, unit: unitOf(title), times: timesToRoundTrip(title) ?? 1 }
}

const wordsIn = (text: string): string[] => text.toLowerCase().split(/[^a-z]+/)

const unitOf = (text: string): TableUnit | undefined =>
  tableUnits.find((unit) => wordsIn(text).includes(unit))

/** What a number has to be multiplied with to be a round trip; undefined if the name does not say. */
function timesToRoundTrip(name: string): 1 | 2 | undefined {
  const text = wordsIn(name).join(' ')
  if (/\brtt\b|round ?trip|\bping\b/.test(text)) return 1
  return /one ?way/.test(text) ? 2 : undefined
}

const isTime = (text: string): boolean => /^\d+(\.\d+)?\s*(us|ms|s)?$/.test(text)
const isNone = (text: string): boolean => /^(-*|n\/?a|nan|null)$/i.test(text)

/** Round trips in µs by `from to`; cells without a time are pairs that nobody measured. */
function timesOf(
  { entries, times }: Table,
  unit: TableUnit | undefined,
  report: Report,
): Map<string, Us> {
  const found = new Map<string, Us>()
  for (const { from, to, cell } of entries) {
    if (isNone(cell.text) || from === to) continue
    const key = `${from} ${to}`
    if (found.has(key)) report(cell, { message: `${from} to ${to} appears twice in this table` })
    const time = timeOf(cell.text, unit)
    if ('wrong' in time) report(cell, { message: time.wrong, hint: time.hint })
    else if (time.value === 0)
      report(cell, { message: `${from} to ${to} takes no time`, hint: 'Leave the cell empty.' })
    else found.set(key, time.value * times)
  }
  return found
}

function timeOf(text: string, unit: TableUnit | undefined) {
  const decimalComma = /^(\d+),(\d+)$/.exec(text)
  if (decimalComma)
    return {
      wrong: `"${text}" is not a number`,
      hint: `Write ${decimalComma[1]}.${decimalComma[2]}.`,
    }
  const isBare = /^-?\d+(\.\d+)?$/.test(text)
  if (isBare && unit === undefined)
    return {
      wrong: `${shortened(text)} has no unit`,
      hint: 'Call the column rtt_ms, or write unit: ms beside file: in links.',
    }
  return readQuantity('duration', isBare ? `${text}${unit}` : text)
}
