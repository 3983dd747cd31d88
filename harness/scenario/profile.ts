import { z } from 'zod'
import { invariant } from '../base/invariant.ts'
import type { Profile, ProfileRow, ServiceTime } from '../model/profile.ts'
import { openSheet, type Path, type Sheet, type SourceFile } from './document.ts'
import type { Problem } from './problem.ts'
import { readQuantity } from './quantity.ts'
import { nounOf, read } from './reading.ts'
import { didYouMean } from './spelling.ts'

/** Every row of a profile and how it is written: a duration, or a whole number from 1. */
const rowKinds = {
  'store.workers': 'count',
  'store.overhead': 'duration',
  'store.search.base': 'duration',
  'store.search.tail': 'duration',
  'store.upsert.base': 'duration',
  'store.upsert.tail': 'duration',
  'store.perPoint': 'duration',
  'store.fetch.base': 'duration',
  'store.fetch.tail': 'duration',
  'store.scanPerThousand': 'duration',
  'store.tick': 'duration',
  'store.visibleAfter': 'duration',
  'store.restart': 'duration',
  'store.loaded': 'duration',
  'store.sealPerThousand': 'duration',
  'log.append.base': 'duration',
  'log.append.tail': 'duration',
  'log.read.base': 'duration',
  'log.read.tail': 'duration',
  'log.restart': 'duration',
  'mirror.process.base': 'duration',
  'mirror.process.tail': 'duration',
  'mirror.commit': 'duration',
  'mirror.reconnect': 'duration',
  'mirror.restart': 'duration',
  'mirror.maxWait': 'duration',
  'mirror.batch': 'count',
  'agent.restart': 'duration',
} as const satisfies Record<string, 'duration' | 'count'>

type RowKey = keyof typeof rowKinds
const rowKeys = Object.keys(rowKinds) as RowKey[]

const figure = z.union([z.string(), z.number()], { error: 'expected a value such as 2.6ms or 2' })
const rowSchema = z.strictObject({ value: figure, source: z.string().min(1) })

type Values = Map<RowKey, { value: number; row: ProfileRow }>

/**
 * Reads a file of fixtures/profiles: every row with its value and where the value comes from. `override` replaces
 * rows, and is reported in `sheet` at `path` where it is wrong.
 */
export function readProfile(
  name: string,
  source: SourceFile,
  override: { sheet: Sheet; path: Path; values: Record<string, string | number> } | null,
): { profile: Profile } | { problems: Problem[] } {
  const { sheet, usable } = openSheet(source)
  const values: Values = new Map()
  if (usable) readRows(sheet, values)
  const before = override?.sheet.problems.length
  if (override) applyOverride(override, values)
  if (sheet.problems.length > 0 || override?.sheet.problems.length !== before)
    return { problems: sheet.problems }
  return { profile: assemble(name, values) }
}

function readRows(sheet: Sheet, values: Values): void {
  const rows = typeof sheet.value === 'object' && sheet.value !== null ? sheet.value : {}
  for (const key of Object.keys(rows)) {
    if (!isRowKey(key)) {
      reportUnknown(sheet, [key])
      continue
    }
    const row = read(sheet, [key], rowSchema)
    const value = row && readFigure(sheet, [key, 'value'], key, row.value)
    if (row && value !== undefined)
      values.set(key, { value, row: { key, value: String(row.value), source: row.source } })
  }
  for (const key of rowKeys)
    if (!Object.hasOwn(rows, key))
      sheet.report([], { message: `the row "${key}" is missing`, hint: 'Every row is needed.' })
}

function applyOverride(
  {
    sheet,
    path,
    values: written,
  }: { sheet: Sheet; path: Path; values: Record<string, string | number> },
  values: Values,
): void {
  for (const [key, raw] of Object.entries(written)) {
    if (!isRowKey(key)) {
      reportUnknown(sheet, [...path, key])
      continue
    }
    const value = readFigure(sheet, [...path, key], key, raw)
    const source = 'override in the scenario'
    if (value !== undefined) values.set(key, { value, row: { key, value: String(raw), source } })
  }
}

const isRowKey = (key: string): key is RowKey => Object.hasOwn(rowKinds, key)

function reportUnknown(sheet: Sheet, path: Path): void {
  const key = String(path.at(-1))
  sheet.report(path, {
    message: `unknown profile row "${key}"`,
    hint: didYouMean(key, rowKeys, 'rows'),
    at: 'key',
  })
}

function readFigure(
  sheet: Sheet,
  path: Path,
  key: RowKey,
  raw: string | number,
): number | undefined {
  if (rowKinds[key] === 'count') {
    if (typeof raw === 'number' && Number.isInteger(raw) && raw >= 1) return raw
    sheet.report(path, { message: `expected a whole number from 1, found ${nounOf(raw)}` })
    return undefined
  }
  const reading = readQuantity('duration', raw)
  if ('value' in reading) return reading.value
  sheet.report(path, { message: reading.wrong, hint: reading.hint })
  return undefined
}

function assemble(name: string, values: Values): Profile {
  const get = (key: RowKey): number => {
    const found = values.get(key)
    invariant(found !== undefined, `profile row ${key} was checked to be there`)
    return found.value
  }
  const time = (
    key:
      | 'store.search'
      | 'store.upsert'
      | 'store.fetch'
      | 'log.append'
      | 'log.read'
      | 'mirror.process',
  ): ServiceTime => ({
    baseUs: get(`${key}.base`),
    tailUs: get(`${key}.tail`),
  })
  return {
    name,
    store: {
      workers: get('store.workers'),
      overheadUs: get('store.overhead'),
      search: time('store.search'),
      upsert: time('store.upsert'),
      perPointUs: get('store.perPoint'),
      fetch: time('store.fetch'),
      scanPerThousandUs: get('store.scanPerThousand'),
      tickUs: get('store.tick'),
      visibleAfterUs: get('store.visibleAfter'),
      restartUs: get('store.restart'),
      loadedUs: get('store.loaded'),
      sealPerThousandUs: get('store.sealPerThousand'),
    },
    log: {
      append: time('log.append'),
      read: time('log.read'),
      restartUs: get('log.restart'),
    },
    mirror: {
      process: time('mirror.process'),
      commitUs: get('mirror.commit'),
      reconnectUs: get('mirror.reconnect'),
      restartUs: get('mirror.restart'),
      maxWaitUs: get('mirror.maxWait'),
      batch: get('mirror.batch'),
    },
    agent: { restartUs: get('agent.restart') },
    rows: rowKeys.map((key) => values.get(key)?.row).filter((row) => row !== undefined),
  }
}
