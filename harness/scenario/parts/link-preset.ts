import { z } from 'zod'
import type { Us } from '../../model/units.ts'
import { openSheet, type SourceFile } from '../yaml/document.ts'
import type { Problem } from '../yaml/problem.ts'
import { quantity } from '../yaml/quantity.ts'
import { read } from '../yaml/reading.ts'

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
