import { z } from 'zod'
import { murmur3 } from '../../base/hash.ts'
import { invariant } from '../../base/invariant.ts'
import type { Profile, ProfileRow, ServiceTime, TwinRun } from '../../model/profile.ts'
import { durationText } from '../shown/figures.ts'
import { openSheet, type Path, type Sheet, type SourceFile } from '../yaml/document.ts'
import type { Problem } from '../yaml/problem.ts'
import { readQuantity } from '../yaml/quantity.ts'
import { nounOf, read } from '../yaml/reading.ts'
import { didYouMean } from '../yaml/spelling.ts'
import {
  figure,
  isRowKey,
  type overrideSchema,
  profileRows,
  type RowKey,
  rowKeys,
} from './profile-rows.ts'

const rowSchema = z.strictObject({ value: figure, source: z.string().min(1) })

/** The key of a profile under which stands what comparisons with real servers said of it. */
export const TWIN = 'twin'

const errorSchema = z.strictObject({
  kind: z.enum(['share', 'difference']),
  median: z.number(),
  worst: z.number(),
  at: z.string(),
  cells: z.int().min(1),
  small: z.boolean().optional(),
})

const twinSchema = z.strictObject({
  /** Of the values that were compared. */
  values: z.string(),
  runs: z.array(
    z.strictObject({
      scenario: z.string(),
      seed: z.int(),
      date: z.string(),
      faultline: z.string(),
      servers: z.string(),
      machine: z.string(),
      errors: z.record(z.string(), errorSchema),
    }),
  ),
})

type Written = z.output<typeof overrideSchema>
type Values = Map<RowKey, { value: number; row: ProfileRow }>

/**
 * Reads a file of fixtures/profiles: every row with its value and where the value comes from. `override` replaces
 * rows, and is reported in `sheet` at `path` where it is wrong.
 */
export function readProfile(
  name: string,
  source: SourceFile,
  override: { sheet: Sheet; path: Path; values: Written } | null,
): { profile: Profile } | { problems: Problem[] } {
  const file = fileOf(source)
  const values: Values = new Map(file.values)
  const before = override?.sheet.problems.length
  if (override) applyOverride(override, values)
  if (file.problems.length > 0 || override?.sheet.problems.length !== before)
    return { problems: file.problems }
  const profile = assemble(name, values)
  const { loadedUs, restartUs } = profile.store
  if (override && loadedUs < restartUs) {
    const message = 'a store has its data back no sooner than it runs again'
    const hint = `store.restart is ${durationText(restartUs)}: write store.loaded: ${durationText(restartUs)} or more.`
    override.sheet.report([...override.path, 'store.loaded'], { message, hint })
    return { problems: [] }
  }
  // Compared was the profile as it stands in its file, not what a scenario made of it.
  return { profile: file.twin && !override ? { ...profile, twin: file.twin } : profile }
}

type ProfileFile = { problems: Problem[]; values: Values; twin: TwinRun[] | undefined }

/** Files that were read: one scenario asks for its profile once for each world and system. */
const known = new WeakMap<SourceFile, ProfileFile>()

function fileOf(source: SourceFile): ProfileFile {
  const before = known.get(source)
  if (before) return before
  const { sheet, usable } = openSheet(source)
  const values: Values = new Map()
  if (usable) readRows(sheet, values)
  const twin = usable ? readTwin(sheet, rowsOf(values)) : undefined
  const file = { problems: sheet.problems, values, twin }
  known.set(source, file)
  return file
}

const rowsOf = (values: Values): ProfileRow[] =>
  rowKeys.map((key) => values.get(key)?.row).filter((row) => row !== undefined)

function readRows(sheet: Sheet, values: Values): void {
  const rows = typeof sheet.value === 'object' && sheet.value !== null ? sheet.value : {}
  for (const key of Object.keys(rows)) {
    if (key === TWIN) continue
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

/** What a profile says of comparisons; undefined if there were none, or only with other values than it has now. */
function readTwin(sheet: Sheet, rows: readonly ProfileRow[]): TwinRun[] | undefined {
  if (sheet.at([TWIN]) === undefined) return undefined
  const twin = read(sheet, [TWIN], twinSchema)
  if (!twin || twin.values !== markOf(rows)) return undefined
  return twin.runs.map(({ errors, ...run }) => ({
    ...run,
    errors: Object.entries(errors).map(([metric, error]) => ({ metric, ...error })),
  }))
}

/** Eight digits that change with any value of a profile. No comparison says anything of windows: they are off in it. */
export const markOf = (rows: readonly ProfileRow[]): string => {
  const compared = rows.filter(({ key }) => !key.startsWith('window.'))
  return murmur3(compared.map(({ key, value }) => `${key}=${value}`).join(' '), 0)
    .toString(16)
    .padStart(8, '0')
}

function applyOverride(
  { sheet, path, values: written }: { sheet: Sheet; path: Path; values: Written },
  values: Values,
): void {
  for (const [key, raw] of Object.entries(written)) {
    if (!isRowKey(key) || raw === undefined) continue
    const value = readFigure(sheet, [...path, key], key, raw)
    const source = 'override in the scenario'
    if (value !== undefined) values.set(key, { value, row: { key, value: String(raw), source } })
  }
}

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
  const kind = profileRows[key].reads
  if (kind === 'count') {
    if (typeof raw === 'number' && Number.isInteger(raw) && raw >= 1) return raw
    sheet.report(path, { message: `expected a whole number from 1, found ${nounOf(raw)}` })
    return undefined
  }
  const reading = readQuantity(kind, raw)
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
    windows: {
      mirror: get('window.mirror'),
      log: get('window.log'),
      store: get('window.store'),
      agent: get('window.agent'),
    },
    rows: rowsOf(values),
  }
}
