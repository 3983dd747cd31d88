import { z } from 'zod'
import { murmur3 } from '../../base/hash.ts'
import { invariant } from '../../base/invariant.ts'
import type { Profile, ProfileRow, ServiceTime, TwinRun } from '../../model/profile.ts'
import { durationText } from '../shown/figures.ts'
import { optional } from '../yaml/about.ts'
import { openSheet, type Path, type Sheet, type SourceFile } from '../yaml/document.ts'
import type { Problem } from '../yaml/problem.ts'
import { examplesOf, patternOf, readQuantity } from '../yaml/quantity.ts'
import { nounOf, read } from '../yaml/reading.ts'
import { didYouMean } from '../yaml/spelling.ts'

/** Every row of a profile, what it says, and how it is written: a duration, a size, or a whole number from 1. */
export const profileRows = {
  'store.workers': { reads: 'count', about: 'searches and writes a store serves at once' },
  'store.overhead': { reads: 'duration', about: 'what every call takes beside its service' },
  'store.search.base': { reads: 'duration', about: 'service of a search, at least' },
  'store.search.tail': { reads: 'duration', about: 'mean of what a search takes beyond its base' },
  'store.upsert.base': { reads: 'duration', about: 'service of an upsert of one point, at least' },
  'store.upsert.tail': { reads: 'duration', about: 'mean of what an upsert takes beyond its base' },
  'store.perPoint': { reads: 'duration', about: 'what each further point of an upsert takes' },
  'store.fetch.base': { reads: 'duration', about: 'service of a fetch by id, at least' },
  'store.fetch.tail': { reads: 'duration', about: 'mean of what a fetch takes beyond its base' },
  'store.scanPerThousand': {
    reads: 'duration',
    about: 'what a full scan takes for each 1,000 points',
  },
  'store.tick': {
    reads: 'duration',
    about: 'time between two ticks, at which writes become searchable',
  },
  'store.visibleAfter': { reads: 'duration', about: 'from a write to the tick that can show it' },
  'store.restart': {
    reads: 'duration',
    about: 'from the start of a killed store to its first answer',
  },
  'store.loaded': {
    reads: 'duration',
    about: 'from the start of a killed store until its data is loaded',
  },
  'store.sealPerThousand': {
    reads: 'duration',
    about: 'what it takes to build the graph of 1,000 points',
  },
  'log.append.base': { reads: 'duration', about: 'service of an append, at least' },
  'log.append.tail': { reads: 'duration', about: 'mean of what an append takes beyond its base' },
  'log.read.base': { reads: 'duration', about: 'service of a read of the log, at least' },
  'log.read.tail': {
    reads: 'duration',
    about: 'mean of what a read of the log takes beyond its base',
  },
  'log.restart': { reads: 'duration', about: 'from the start of a killed log to its first answer' },
  'mirror.process.base': { reads: 'duration', about: 'what a mirror takes for a batch, at least' },
  'mirror.process.tail': {
    reads: 'duration',
    about: 'mean of what a mirror takes beyond its base',
  },
  'mirror.commit': {
    reads: 'duration',
    about: 'what an exactly-once mirror takes more for each commit',
  },
  'mirror.reconnect': {
    reads: 'duration',
    about: 'how long a mirror waits after its link is back',
  },
  'mirror.restart': {
    reads: 'duration',
    about: 'from the start of a killed mirror to its first record',
  },
  'mirror.maxWait': { reads: 'duration', about: 'how long a fetch of a mirror waits for records' },
  'mirror.batch': { reads: 'count', about: 'records a mirror copies at once, at most' },
  'agent.restart': {
    reads: 'duration',
    about: 'from the start of a killed agent to its first answer',
  },
  'window.mirror': { reads: 'bytes', about: 'window of the connections of mirrors' },
  'window.log': { reads: 'bytes', about: 'window of connections to logs' },
  'window.store': { reads: 'bytes', about: 'window of connections to stores' },
  'window.agent': { reads: 'bytes', about: 'window of connections to agents' },
} as const satisfies Record<string, { reads: 'duration' | 'bytes' | 'count'; about: string }>

export type RowKey = keyof typeof profileRows
export const rowKeys = Object.keys(profileRows) as RowKey[]

const error = 'expected a value such as 2.6ms or 2'

const figureOf = (kind: 'duration' | 'bytes', examples: string[]) =>
  z
    .union([z.string().meta({ examples, pattern: patternOf(kind) }), z.number()], { error })
    .meta({ description: `a ${examplesOf(kind).noun} such as ${examples.join(', ')}` })

/** For editors; any text or number is read, and checked against its row with the profile. */
const figures = {
  duration: figureOf('duration', ['1ms', '2ms']),
  bytes: figureOf('bytes', ['64KiB', '1MB']),
  count: z
    .union([z.string().meta({ examples: ['2', '4'], pattern: '^\\s*[0-9]+\\s*$' }), z.number()], {
      error,
    })
    .meta({ description: 'a whole number such as 2, 4' }),
}

export const figure = z.union([z.string(), z.number()], { error })

/** Rows of a profile that a scenario replaces. */
export const overrideSchema = z.strictObject(
  Object.fromEntries(
    rowKeys.map((key) => {
      const { reads, about: what } = profileRows[key]
      return [key, optional(figures[reads], what)]
    }),
  ),
)

/** Whether a profile has a row of this name. */
export const isRowKey = (key: string): key is RowKey => Object.hasOwn(profileRows, key)

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
