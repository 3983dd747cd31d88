import { z } from 'zod'
import { type Known, namesOf } from '../known.ts'
import { knobShape, writtenKnob } from '../parts/system.ts'
import { sectionSchemas } from '../schema.ts'

/**
 * JSON Schema (2020-12) of scenario files, for completion in editors. It knows names and shapes; what depends on
 * other parts of the file (regions, times inside the run, enough samples) only `faultline check` knows.
 */
export function scenarioJsonSchema(known: Known): object {
  return z.toJSONSchema(scenarioSchema(known, null), { io: 'input', unrepresentable: 'any' })
}

/** The whole of a scenario as zod has it; `regions` as in `Names`. */
export function scenarioSchema(known: Known, regions: readonly string[] | null) {
  const names = namesOf(known, regions)
  const sections = sectionSchemas(names)
  const systems = Object.entries(known.systems).map(([kind, { about }]) =>
    z
      .strictObject({
        kind: z.literal(kind),
        index: sections.system.shape.index,
        ...writtenKnobs(known, kind),
      })
      .meta({ title: kind, description: about }),
  )
  return z.strictObject({ ...sections, system: z.union(systems) }).meta({
    title: 'Faultline scenario',
    description: 'Regions, links, replication, load, faults and limits of one run.',
  })
}

/** Knobs under the names people write; a knob in µs takes a duration or `off`. */
export function writtenKnobs(known: Known, kind: string): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(knobShape(known, kind)).map(([key, schema]) => {
      const name = writtenKnob(key)
      const text = z.union([z.string(), z.number()]).meta({
        description: 'a duration or off: 30s, 5m, off',
      })
      const isNeeded = !schema.safeParse(undefined).success
      return [name, name === key ? schema : isNeeded ? text : text.optional()]
    }),
  )
}
