import { z } from 'zod'

/** What is written if a key is left out, as a scenario would write it. */
type Standard = string | number | boolean

/**
 * The schema with what its key does, for hovers and completion in an editor: the sentence, then how a value is written,
 * its range, and what holds if the key is left out. Nothing of it decides what is read.
 */
export function about<S extends z.ZodType>(schema: S, what: string, standard?: Standard): S {
  const inner = bare(schema)
  const parts = [what, inner.meta()?.description ?? rangeOf(inner)]
  if (standard !== undefined) parts.push(`default ${standard}`)
  const description = parts.filter((part) => part !== undefined).join('; ')
  return schema.meta({ description, ...(standard !== undefined && { default: standard }) }) as S
}

/** As `about`, of a key that may be left out. */
export const optional = <S extends z.ZodType>(schema: S, what: string, standard?: Standard) =>
  about(schema.optional(), what, standard)

/** The schema inside those that only say how a value may be left out. */
function bare(schema: z.ZodType): z.ZodType {
  const wraps = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault
  return wraps ? bare(schema.unwrap() as z.ZodType) : schema
}

/** `1 to 128`, `more than 0`; undefined where a schema has no bounds. */
function rangeOf(schema: z.ZodType): string | undefined {
  if (!(schema instanceof z.ZodNumber)) return undefined
  const { minimum, exclusiveMinimum, maximum } = z.toJSONSchema(schema)
  const most = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum
  if (exclusiveMinimum !== undefined)
    return `more than ${exclusiveMinimum}${most === undefined ? '' : `, at most ${most}`}`
  if (minimum === undefined || minimum <= -Number.MAX_SAFE_INTEGER) return undefined
  return most === undefined ? `${minimum} or more` : `${minimum} to ${most}`
}
