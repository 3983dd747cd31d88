import { z } from 'zod'
import { invariant } from '../../base/invariant.ts'
import type { IndexPlan, Plan } from '../../model/plan.ts'
import type { Known } from '../known.ts'
import type { SectionSchemas } from '../schema.ts'
import type { Path, Sheet } from '../yaml/document.ts'
import { keyHint, meantKeys } from '../yaml/keys.ts'
import { readQuantity } from '../yaml/quantity.ts'
import { nounOf, read, reportKey } from '../yaml/reading.ts'
import { defaults } from './defaults.ts'

type IndexWritten = z.output<SectionSchemas['system']>['index']

export function knobShape(known: Known, kind: string): Record<string, z.ZodType> {
  return knobSchema(known, kind).shape
}

function knobSchema(known: Known, kind: string): z.ZodObject<Record<string, z.ZodType>> {
  const knobs = known.systems[kind]?.knobs
  invariant(knobs instanceof z.ZodObject, `the knobs of system ${kind} are a zod object`)
  return knobs as z.ZodObject<Record<string, z.ZodType>>
}

/** How a knob is written: `affinityUs` is `affinity: 5m`. */
export const writtenKnob = (key: string): string => key.replace(/Us$/, '')

/** The system with all of its knobs, and the index of its stores; null if either is wrong. */
export function resolveSystem(
  sheet: Sheet,
  known: Known,
  schema: SectionSchemas['system'],
  regions: readonly string[] | null,
): { system: Plan['system']; index: IndexPlan } | null {
  const before = sheet.problems.length
  const head = read(sheet, ['system'], schema)
  const written = sheet.at(['system'])
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return null
  const kind: unknown = sheet.at(['system', 'kind'])
  const knobs =
    typeof kind === 'string' && Object.hasOwn(known.systems, kind)
      ? readKnobs(sheet, known, kind, written)
      : reportStrangers(sheet, known, written)
  if (!head || !knobs || sheet.problems.length > before) return null
  for (const { key, message } of (regions &&
    known.systems[head.kind]?.problems?.(knobs, regions)) ??
    [])
    sheet.report(
      sheet.at(['system', writtenKnob(key)]) === undefined
        ? ['system']
        : ['system', writtenKnob(key)],
      { message },
    )
  if (sheet.problems.length > before) return null
  return { system: { kind: head.kind, knobs }, index: indexOf(head.index) }
}

/** Where the kind of system cannot be read: keys that are a knob of none. */
function reportStrangers(sheet: Sheet, known: Known, written: object): undefined {
  const knobs = Object.keys(known.systems).flatMap((kind) => Object.keys(knobShape(known, kind)))
  const keys = ['kind', 'index', ...new Set(knobs.map(writtenKnob))]
  for (const key of Object.keys(written))
    if (!keys.includes(key)) reportKey(sheet, ['system', key], keys)
}

function indexOf(written: IndexWritten): IndexPlan {
  if (written === undefined || written === 'flat') return { kind: 'flat' }
  const hnsw = written === 'hnsw' ? {} : written.hnsw
  return {
    kind: 'hnsw',
    m: hnsw.m ?? defaults.hnsw.m,
    efConstruction: hnsw.efConstruction ?? defaults.hnsw.efConstruction,
    ef: hnsw.ef ?? defaults.hnsw.ef,
    sealAt: hnsw.sealAt ?? defaults.hnsw.sealAt,
    compactAt: hnsw.compactAt ?? defaults.hnsw.compactAt,
  }
}

function readKnobs(
  sheet: Sheet,
  known: Known,
  kind: string,
  written: object,
): Record<string, unknown> | undefined {
  const schema = knobSchema(known, kind)
  const keys = Object.keys(schema.shape)
  const names = ['kind', 'index', ...keys.map(writtenKnob)]
  const input: Record<string, unknown> = {}
  for (const [name, raw] of Object.entries(written)) {
    const path: Path = ['system', name]
    if (!names.includes(name)) {
      const message = `system ${kind} has no knob "${name}"`
      sheet.report(path, { message, hint: keyHint(name, names), at: 'key' })
    }
    // A misspelt knob is read as the one it means, so that this one is not called missing as well.
    const knob = names.includes(name) ? name : meantKeys(name, names)[0]
    if (knob === undefined || (knob !== name && Object.hasOwn(written, knob))) continue
    if (keys.includes(`${knob}Us`)) input[`${knob}Us`] = readDuration(sheet, path, raw)
    else if (keys.includes(knob)) input[knob] = raw
  }
  return checked(sheet, schema, input)
}

/** µs, `off` is 0; undefined if it is reported. */
function readDuration(sheet: Sheet, path: Path, raw: unknown): number | undefined {
  if (raw === 'off') return 0
  const reading =
    typeof raw === 'string' || typeof raw === 'number'
      ? readQuantity('duration', raw)
      : { wrong: `expected a duration, found ${nounOf(raw)}`, hint: 'Write 30s, or off.' }
  if ('value' in reading) return reading.value
  sheet.report(path, { message: reading.wrong, hint: reading.hint })
  return undefined
}

/** Reads knobs one by one, so that each problem is found at its own line. */
function checked(
  sheet: Sheet,
  schema: z.ZodObject<Record<string, z.ZodType>>,
  input: Record<string, unknown>,
): Record<string, unknown> | undefined {
  for (const [key, raw] of Object.entries(input)) {
    const knob = schema.shape[key]
    if (knob && raw !== undefined) read(sheet, ['system', writtenKnob(key)], knob, raw)
  }
  const whole = schema.safeParse(input)
  if (whole.success) return whole.data
  const missing = whole.error.issues.filter(({ path }) => !Object.hasOwn(input, String(path[0])))
  for (const { path } of missing)
    sheet.report(['system'], { message: `the knob "${writtenKnob(String(path[0]))}" is missing` })
  return undefined
}

/**
 * Reports searches that ask a graph for more neighbours than it keeps candidates. Milvus refuses an ef below k, and
 * hnswlib would search with k in its place: with neither is the ef of the plan the one that was used.
 */
export function checkWidth(
  sheet: Sheet,
  known: Known,
  { system, index }: Pick<Plan, 'system' | 'index'>,
): void {
  const graphs = [
    { graph: index, key: 'index' },
    { graph: known.systems[system.kind]?.builds?.(system.knobs) ?? null, key: 'reindexTo' },
  ]
  const loads = sheet.at(['load'])
  for (const { graph, key } of graphs)
    for (const i of Array.isArray(loads) ? loads.keys() : [])
      if (graph?.kind === 'hnsw') checkLoad(sheet, ['load', i], graph, key)
}

function checkLoad(
  sheet: Sheet,
  path: Path,
  { ef }: Extract<IndexPlan, { kind: 'hnsw' }>,
  key: string,
): void {
  const written = sheet.at([...path, 'k'])
  const k = written ?? defaults.load.k
  if (typeof k !== 'number' || k <= ef) return
  const own = key === 'index'
  sheet.report(written === undefined ? ['system', key] : [...path, 'k'], {
    message: `searches ask for k: ${k} of a graph ${own ? '' : 'that the system builds '}with ef: ${ef}: Milvus refuses an ef below k`,
    hint: own ? `Write ef: ${k} or more, or k: ${ef} or less.` : `Write k: ${ef} or less.`,
  })
}
