import type { z } from 'zod'
import type { Known, Names } from '../known.ts'
import type { SectionName, SectionSchemas } from '../schema.ts'
import type { Path, Sheet } from '../yaml/document.ts'
import { read } from '../yaml/reading.ts'

/** A scenario being read. */
export type Open = { sheet: Sheet; known: Known; names: Names; schemas: SectionSchemas }

/** A section as written; undefined if it is absent or wrong. */
export function section<S extends SectionName>(
  { sheet, schemas }: Open,
  name: S,
): z.output<SectionSchemas[S]> | undefined {
  const optional = schemas[name].safeParse(undefined).success
  if (sheet.at([name]) === undefined && optional) return undefined
  return read(sheet, [name], schemas[name]) as z.output<SectionSchemas[S]> | undefined
}

/** Reports what is wrong at a place; null, for the caller to hand on. */
export function refuse(sheet: Sheet, path: Path, message: string, hint: string): null {
  sheet.report(path, { message, hint })
  return null
}
