import { z } from 'zod'
import { type Known, namesOf } from './known.ts'
import { sectionSchemas } from './schema.ts'
import { knobShape, writtenKnob } from './system.ts'

/**
 * JSON Schema (2020-12) of scenario files, for completion in editors. It knows names and shapes; what depends on
 * other parts of the file (regions, times inside the run, enough samples) only `faultline check` knows.
 */
export function scenarioJsonSchema(known: Known): object {
  const names = namesOf(known, null)
  const sections = sectionSchemas(names)
  const systems = Object.entries(known.systems).map(([kind, { about }]) =>
    z
      .strictObject({
        kind: z.literal(kind),
        index: sections.system.shape.index,
        ...writtenKnobs(knobShape(known, kind)),
      })
      .meta({ description: about }),
  )
  const schema = z.strictObject({ ...sections, system: z.union(systems) }).meta({
    title: 'Faultline scenario',
    description: 'Regions, links, replication, load, faults and limits of one run.',
  })
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
}

/** Knobs under the names people write; a knob in µs takes a duration or `off`. */
function writtenKnobs(shape: Record<string, z.ZodType>): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(shape).map(([key, schema]) => {
      const name = writtenKnob(key)
      const text = z.union([z.string(), z.number()]).meta({
        description: 'a duration such as 5m, or off',
      })
      return [name, name === key ? schema.optional() : text.optional()]
    }),
  )
}
