import { z } from 'zod'
import { type Known, namesOf } from '../known.ts'
import { knobShape, writtenKnob } from '../parts/system.ts'
import { sectionSchemas } from '../schema.ts'
import { about, optional } from '../yaml/about.ts'
import { patternOf } from '../yaml/quantity.ts'
import { variablePattern } from '../yaml/variables.ts'
import { durationText } from './figures.ts'

/**
 * JSON Schema (2020-12) of scenario files, for completion in editors. It knows names and shapes; what depends on
 * other parts of the file (regions, times inside the run, enough samples) only `faultline check` knows.
 */
export function scenarioJsonSchema(known: Known): object {
  const options = { io: 'input', unrepresentable: 'any' } as const
  const whole = z.toJSONSchema(scenarioSchema(known, null), options) as Json
  return extensible(withVariables(whole) as Json)
}

type Json = { [keyword: string]: unknown }

const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const VARIABLE = { type: 'string', pattern: variablePattern }

/** The schema with `${name}` in the place of any single value, and nothing in that of what may be left out. */
function withVariables(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withVariables)
  if (!isJson(schema)) return schema
  const { type, pattern, description, default: standard, ...rest } = schema
  const described = {
    ...(description !== undefined && { description }),
    ...(standard !== undefined && { default: standard }),
  }
  if ('const' in schema) return schema
  if ('enum' in schema)
    return { ...described, anyOf: [{ ...rest, ...(type !== undefined && { type }) }, VARIABLE] }
  if (type === 'string')
    return pattern === undefined
      ? schema
      : { ...schema, pattern: `(?:${String(pattern)})|${variablePattern}` }
  if (['number', 'integer', 'boolean'].includes(String(type)))
    return { ...schema, type: [type, 'string'], pattern: variablePattern }
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, belowOf(schema, key, value)]),
  )
}

/** Schemas stand below these keywords; names of properties and what they are held to do not change. */
function belowOf({ required = [] }: Json, keyword: string, value: unknown): unknown {
  if (['items', 'additionalProperties', 'anyOf', 'oneOf', 'allOf'].includes(keyword))
    return withVariables(value)
  if (keyword !== 'properties' || !isJson(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => {
      if (['vars', 'extends'].includes(name)) return [name, one]
      const varied = withVariables(one) as Json
      return [name, (required as string[]).includes(name) ? varied : orNothing(varied)]
    }),
  )
}

/** Nothing behind a key takes out what a scenario that is extended says there. */
function orNothing({ anyOf, type, ...rest }: Json): Json {
  if (Array.isArray(anyOf)) return { ...rest, anyOf: [...anyOf, { type: 'null' }] }
  return type === undefined ? rest : { ...rest, type: [type, 'null'].flat() }
}

/** What a scenario needs is not needed of one that extends another, nor of the maps right below it. */
function extensible({ required, properties, ...rest }: Json): Json {
  const sections = Object.entries(properties as Record<string, Json>)
  const within = Object.fromEntries(sections.map(([name, one]) => [name, needing(requiredOf(one))]))
  return {
    ...rest,
    required: ['name'],
    properties: Object.fromEntries(sections.map(([name, one]) => [name, needingNothing(one)])),
    if: { not: needing(['extends']) },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: within, required },
  }
}

/** A map with these keys, whatever is in them. */
const needing = (keys: readonly string[]): Json | true =>
  keys.length === 0
    ? true
    : { properties: Object.fromEntries(keys.map((key) => [key, true])), required: keys }

/** What a map needs; of a choice of maps, what each of them does. */
function requiredOf({ required, anyOf }: Json): string[] {
  if (Array.isArray(required)) return required
  const [first = [], ...others] = ((anyOf ?? []) as Json[]).map(requiredOf)
  return first.filter((key) => others.every((keys) => keys.includes(key)))
}

function needingNothing({ required, anyOf, ...rest }: Json): Json {
  return { ...rest, ...(Array.isArray(anyOf) && { anyOf: (anyOf as Json[]).map(needingNothing) }) }
}

/** The whole of a scenario as zod has it; `regions` as in `Names`. */
export function scenarioSchema(known: Known, regions: readonly string[] | null) {
  const names = namesOf(known, regions)
  const sections = sectionSchemas(names)
  const systems = Object.entries(known.systems).map(([kind, { about: what }]) =>
    z
      .strictObject({
        kind: about(z.literal(kind), what),
        index: sections.system.shape.index,
        ...writtenKnobs(known, kind),
      })
      .meta({ title: kind, description: what }),
  )
  return z
    .strictObject({
      ...sections,
      system: about(z.union(systems), sections.system.meta()?.description ?? ''),
    })
    .meta({
      title: 'Faultline scenario',
      description: 'Regions, links, replication, load, faults and limits of one run.',
    })
}

/** Knobs under the names people write; a knob in µs takes a duration or `off`. What may be left out says what holds then. */
export function writtenKnobs(known: Known, kind: string): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(knobShape(known, kind)).map(([key, schema]) => {
      const name = writtenKnob(key)
      const what = schema.meta()?.description ?? ''
      const absent = schema.safeParse(undefined)
      const standard = absent.data as string | number | boolean | undefined
      if (name === key) return [name, about(schema, what, standard === '' ? undefined : standard)]
      if (!absent.success) return [name, about(durationOrOff, what)]
      return [
        name,
        optional(durationOrOff, what, standard === 0 ? 'off' : durationText(Number(standard))),
      ]
    }),
  )
}

const examples = ['30s', '5m', 'off']
const durationOrOff = z
  .union([
    z.string().meta({ examples, pattern: `${patternOf('duration')}|^off$` }),
    z.number().meta({ const: 0 }),
  ])
  .meta({ description: `a duration or off, such as ${examples.join(', ')}` })
