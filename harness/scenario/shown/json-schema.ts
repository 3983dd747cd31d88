import { z } from 'zod'
import { type Known, namesOf } from '../known.ts'
import { knobShape, writtenKnob } from '../parts/system.ts'
import { sectionSchemas } from '../schema.ts'
import { about, optional } from '../yaml/about.ts'
import { patternOf } from '../yaml/quantity.ts'
import { durationText } from './figures.ts'

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
