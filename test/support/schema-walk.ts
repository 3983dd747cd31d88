import type { z } from 'zod'

type Keys = Record<string, unknown>
type Shape = Record<string, z.ZodType>

/** One map of a scenario's schema: where it stands, its keys, and a scenario that holds a given map there. */
export type MapSpot = {
  name: string
  shape: Shape
  /** A whole scenario with `map` at this place. */
  holding(map: Keys): Keys
}

/** What a walk has to be told. */
export type Guide = {
  /** The key under which something stands where any may be written. */
  named(place: string): string
  /** A map at a place with what it cannot do without. */
  start(place: string, shape: Shape): Keys
}

type Def = {
  type: string
  innerType?: z.ZodType
  in?: z.ZodType
  element?: z.ZodType
  options?: z.ZodType[]
  valueType?: z.ZodType
  shape?: Shape
  catchall?: z.ZodType
  entries?: Record<string, string>
  values?: unknown[]
}
const defOf = (schema: z.ZodType): Def => schema.def as unknown as Def

/** The schema inside one that only says how a value may be left out, or what becomes of it. */
function inside(schema: z.ZodType): z.ZodType | undefined {
  const { type, innerType, in: input } = defOf(schema)
  if (type === 'pipe') return input
  return ['optional', 'default', 'nullable'].includes(type) ? innerType : undefined
}

function bare(schema: z.ZodType): z.ZodType {
  const inner = inside(schema)
  return inner ? bare(inner) : schema
}

type Meta = { enum?: string[]; examples?: string[]; title?: string }

/** What is said of a schema, or of the one inside. */
function metaOf(schema: z.ZodType): Meta {
  const inner = inside(schema)
  return { ...(inner && metaOf(inner)), ...(schema.meta() as Meta | undefined) }
}

/** Every map below a schema, once each. */
export function mapsOf(
  schema: z.ZodType,
  guide: Guide,
  holding: (value: unknown) => Keys,
): MapSpot[] {
  const seen = new Set<unknown>()
  const walk = (schema: z.ZodType, place: string, holding: (value: unknown) => Keys): MapSpot[] => {
    const here = bare(schema)
    const { type, element, options, valueType, shape, catchall } = defOf(here)
    const anyKey = (of: z.ZodType, name: string, wrap: (value: Keys) => Keys): MapSpot[] =>
      walk(of, `${name}.*`, (value) => wrap({ [guide.named(name)]: value }))
    if (type === 'array') return walk(element as z.ZodType, `${place}[]`, (one) => holding([one]))
    if (type === 'union')
      return (options as z.ZodType[]).flatMap((option) => walk(option, place, holding))
    if (type === 'record') return anyKey(valueType as z.ZodType, place, holding)
    if (type !== 'object' || !shape || seen.has(here)) return []
    seen.add(here)
    const { title } = metaOf(here)
    const name = title === undefined || place === '' ? place : `${place}(${title})`
    const around = (more: Keys): Keys => holding({ ...guide.start(name, shape), ...more })
    const inner = Object.entries(shape).flatMap(([key, below]) =>
      walk(below, keyName(name, key), (value) => around({ [key]: value })),
    )
    return [{ name, shape, holding }, ...inner, ...(catchall ? anyKey(catchall, name, around) : [])]
  }
  return walk(schema, '', holding)
}

export const keyName = (map: string, key: string): string => (map === '' ? key : `${map}.${key}`)

/** The keys a map cannot do without, each with a value that its schema takes. */
export function exampleMap(shape: Shape): Keys {
  const needed = Object.entries(shape).filter(([, schema]) => !schema.safeParse(undefined).success)
  return Object.fromEntries(needed.map(([key, schema]) => [key, valuesFor(schema)[0]]))
}

/** Keys of a map that hold no map themselves: those are walked on their own. */
export const leavesOf = (shape: Shape): [string, z.ZodType][] =>
  Object.entries(shape).filter(([, schema]) => defOf(bare(schema)).type !== 'object')

/** Values a key might have by its schema: all of an enum, examples of a quantity, small numbers, lists of one. */
export const valuesFor = (schema: z.ZodType): unknown[] =>
  guesses(schema).filter((value) => schema.safeParse(value).success)

const numbers = [1, 2, 3, 4, 5, 10, 20, 50, 0.5, 0.25, 1.5, 100, 0]
const regions = ['us', 'eu', 'us <-> eu', 'us -> eu', 'eu -> us', 'eu <-> us', '-> eu']
const texts = [...regions, 'baseline', 'one', 'two']

function guesses(schema: z.ZodType): unknown[] {
  const { type, element, options, entries, values, shape } = defOf(bare(schema))
  const meta = metaOf(schema)
  switch (type) {
    case 'enum':
      return Object.values(entries as Record<string, string>)
    case 'literal':
      return values as unknown[]
    case 'boolean':
      return [true, false]
    case 'number':
      return numbers
    case 'string':
      return [...(meta.examples ?? []), ...(meta.enum ?? []), ...texts]
    case 'array':
      return guesses(element as z.ZodType).map((one) => [one])
    case 'object':
      return [exampleMap(shape as Shape)]
    case 'union':
      return (options as z.ZodType[]).flatMap(guesses)
    default:
      return []
  }
}
