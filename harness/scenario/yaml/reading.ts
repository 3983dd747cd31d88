import type { z } from 'zod'
import type { Path, Sheet } from './document.ts'
import { keyHint, meantKeys } from './keys.ts'
import { closest, list, shortened } from './spelling.ts'

type Issue = z.core.$ZodIssue
type Message = { message: string; hint?: string }

/**
 * Reads the value at `path` with `schema` and reports everything that is wrong with it, each thing where it stands.
 * Undefined if it cannot be used. A value whose only faults are unknown keys is used, misspelt keys read as what
 * they mean, so that the checks that follow still see the rest. `raw` stands in for what is written there.
 */
export function read<S extends z.ZodType>(
  sheet: Sheet,
  path: Path,
  schema: S,
  raw: unknown = sheet.at(path),
): z.output<S> | undefined {
  const { issues, value } = readOnce(schema, raw)
  for (const issue of issues) report(sheet, path, issue)
  return value
}

type Reading<S extends z.ZodType> = { issues: readonly Issue[]; value: z.output<S> | undefined }

/** By the map or list that was written, then by schema. */
const readings = new WeakMap<object, WeakMap<z.ZodType, Reading<z.ZodType>>>()

/**
 * A scenario is resolved for each of its worlds and systems, and most of what is written is the same for all of them:
 * each map and each list is read once with its schema.
 */
function readOnce<S extends z.ZodType>(schema: S, raw: unknown): Reading<S> {
  if (typeof raw !== 'object' || raw === null) return readValue(schema, raw)
  const known = readings.get(raw) ?? new WeakMap()
  readings.set(raw, known)
  const reading = known.get(schema) ?? readValue(schema, raw)
  known.set(schema, reading)
  return reading
}

function readValue<S extends z.ZodType>(schema: S, raw: unknown): Reading<S> {
  const first = schema.safeParse(raw, { error: carryKnownKeys })
  if (first.success) return { issues: [], value: first.data }
  const all = first.error.issues.flatMap((issue) => flatten(issue, raw))
  const issues = all.filter((issue) => !isExplained(issue, all, raw))
  return { issues, value: schema.safeParse(respelt(raw, all)).data }
}

/** Lets an issue about unknown keys carry the known ones; all other issues are worded in `describe`. */
const carryKnownKeys: z.core.$ZodErrorMap = (issue) => {
  if (issue.code !== 'unrecognized_keys') return ''
  const shape = (issue.inst as unknown as { shape?: Record<string, unknown> }).shape
  return Object.keys(shape ?? {}).join(' ')
}

const knownKeys = (issue: Issue): string[] => issue.message.split(' ')

/** Of a union, the issues of the branch that was meant; the union's own message where that is not plain. */
function flatten(issue: Issue, raw: unknown): Issue[] {
  if (issue.code !== 'invalid_union') return [issue]
  const value = valueAt(raw, issue.path)
  if (value === undefined) return [issue]
  const branches = issue.errors.filter((errors) => !errors.some(isAboutTheWhole)) as Issue[][]
  const meant = branches.length > 1 ? ofNearestMap(branches, value) : branches[0]
  if (!meant) return [issue]
  return meant
    .map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }))
    .flatMap((inner) => flatten(inner, raw))
}

const isAboutTheWhole = (issue: Pick<Issue, 'code' | 'path'>): boolean =>
  issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value')

/**
 * Of several maps that could stand here, what is wrong with the one that shares most keys with what does; keys that
 * none of them has, where it shares none with any. Undefined if nothing but a choice between them is missing.
 */
function ofNearestMap(branches: readonly Issue[][], value: unknown): Issue[] | undefined {
  const strangers = branches.map((issues) => issues.find(isAboutKeysHere))
  const counts = strangers.map((issue) => issue?.keys.length ?? 0)
  const least = Math.min(...counts)
  const written = Object.keys(value as object).length
  if (least < written) return branches[counts.indexOf(least)]
  const misspelt = branches.filter((_, i) => {
    const issue = strangers[i]
    return issue?.keys.some((key) => meantKeys(key, knownKeys(issue)).length > 0)
  })
  if (misspelt.length === 1) return misspelt[0]
  const [first] = strangers
  if (!first) return undefined
  const known = strangers.flatMap((issue) => (issue ? knownKeys(issue) : []))
  return [{ ...first, message: [...new Set(known)].join(' ') }]
}

type KeysIssue = Extract<Issue, { code: 'unrecognized_keys' }>

const isAboutKeysHere = (issue: Issue): issue is KeysIssue =>
  issue.code === 'unrecognized_keys' && issue.path.length === 0

/** A missing key is no news if one beside it that is not known is what was meant. */
function isExplained(issue: Issue, issues: readonly Issue[], raw: unknown): boolean {
  const key = issue.path.at(-1)
  if (key === undefined || valueAt(raw, issue.path) !== undefined) return false
  const parent = JSON.stringify(issue.path.slice(0, -1))
  return issues.some(
    (other) =>
      other.code === 'unrecognized_keys' &&
      JSON.stringify(other.path) === parent &&
      other.keys.some((written) => meantKeys(written, knownKeys(other)).includes(String(key))),
  )
}

function report(sheet: Sheet, path: Path, issue: Issue): void {
  const full = [...path, ...issue.path.map((key) => (typeof key === 'symbol' ? '' : key))]
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(issue)
    for (const key of issue.keys) reportKey(sheet, [...full, key], known)
    return
  }
  const value = sheet.at(full)
  if (value === undefined && full.length > 0)
    sheet.report(full.slice(0, -1), {
      message: `"${String(full.at(-1))}" is missing${within(full.slice(0, -1))}`,
      ...(issue.message !== '' && { hint: sentence(issue.message) }),
    })
  else sheet.report(full, describe(issue, value))
}

/** Says that nothing reads the key at the end of a path, and which was meant. */
export function reportKey(sheet: Sheet, path: Path, known: readonly string[]): void {
  const key = String(path.at(-1))
  const map = path.slice(0, -1)
  const beside = Object.keys(sheet.at(map) as object)
  const message = `unknown key "${key}"${within(map)}`
  sheet.report(path, { message, hint: keyHint(key, known, beside), at: 'key' })
}

/** `in load.keys`: names the place, for those who read the message without the file. */
export function within(path: Path): string {
  const names = path.filter((key) => typeof key === 'string')
  return names.length === 0 ? '' : ` in ${names.join('.')}`
}

function describe(issue: Issue, value: unknown): Message {
  if (issue.code === 'custom') {
    const hint: unknown = issue.params?.hint
    return { message: issue.message, ...(typeof hint === 'string' && { hint }) }
  }
  if (issue.message !== '') return { message: `${issue.message}, found ${nounOf(value)}` }
  switch (issue.code) {
    case 'invalid_value':
      return oneOf(issue.values.map(String), value)
    case 'invalid_type':
      return ofType(issue, value)
    case 'too_small':
      return tooSmall(issue)
    case 'too_big':
      return { message: `too large: at most ${String(issue.maximum)} is possible` }
    default:
      return { message: `not usable here: ${nounOf(value)}` }
  }
}

function ofType(issue: Extract<Issue, { code: 'invalid_type' }>, value: unknown): Message {
  const message = `expected ${typeNoun(issue)}, found ${nounOf(value)}`
  const meant = typeof value === 'string' ? plainValue(issue.expected, value) : undefined
  return { message, ...(meant !== undefined && { hint: `Write ${meant}.` }) }
}

/** A number or a yes that was written as a text: `"10"`, `p99`, `99%`, `1_000`, `10k`, `on`. */
function plainValue(expected: string, text: string): string | undefined {
  if (expected === 'boolean') {
    if (/^(yes|on|y)$/i.test(text)) return 'true'
    return /^(no|off|n)$/i.test(text) ? 'false' : undefined
  }
  if (expected !== 'number' && expected !== 'int') return undefined
  const parts = /^p?(\d{1,9}(?:[_,]\d{3})*(?:\.\d{1,6})?)(k|M|%|x)?$/.exec(text)
  if (!parts) return undefined
  const size = { k: 1_000, M: 1_000_000 }[parts[2] as string] ?? 1
  return String(Number(parts[1]?.replace(/[_,]/g, '')) * size)
}

function oneOf(values: readonly string[], value: unknown): Message {
  const yes =
    typeof value === 'boolean' ? values.find((name) => name === (value ? 'on' : 'off')) : undefined
  const meant = typeof value === 'string' ? closest(value, values) : yes
  return {
    message: `expected ${values.length === 1 ? '' : 'one of '}${list(values)}, found ${nounOf(value)}`,
    ...(meant !== undefined && { hint: `Did you mean "${meant}"?` }),
  }
}

function tooSmall(issue: Extract<Issue, { code: 'too_small' }>): Message {
  if (issue.origin === 'array')
    return { message: 'the list is empty: at least one entry is needed' }
  if (issue.origin === 'string') return { message: 'the text is empty' }
  const bound = issue.inclusive ? `at least ${issue.minimum}` : `more than ${issue.minimum}`
  return { message: `too small: ${bound} is needed` }
}

const typeNouns: Record<string, string> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list ([a, b])',
  object: 'a map of keys ({ key: value })',
  record: 'a map of keys ({ key: value })',
}

const typeNoun = (issue: Extract<Issue, { code: 'invalid_type' }>): string =>
  typeNouns[issue.expected] ?? issue.expected

/** A value as a message names it: short ones are quoted. */
export function nounOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map of keys'
  return typeof value === 'string' ? `"${shortened(value)}"` : String(value)
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key],
    raw,
  )
}

/** A copy without the unknown keys, misspelt ones put under the name they meant unless that is there already. */
function respelt(raw: unknown, issues: readonly Issue[]): unknown {
  const copy: unknown = structuredClone(raw)
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue
    const map = valueAt(copy, issue.path) as Record<string, unknown>
    for (const key of issue.keys) {
      const meant = meantKeys(key, knownKeys(issue))
      const [first] = meant
      const isFree = !meant.some((name) => Object.hasOwn(map, name))
      if (first !== undefined && isFree) map[first] = map[key]
      delete map[key]
    }
  }
  return copy
}
