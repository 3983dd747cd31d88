import { z } from 'zod'
import {
  type FaultKind,
  type FaultKindName,
  type FaultPlan,
  faultKindNames,
  faultKinds,
  type Knob,
  type LinkForm,
  type LinkName,
} from '../../model/fault.ts'
import { ofNames } from '../known.ts'
import { bandwidthText, durationText, shareText } from '../shown/figures.ts'
import { about, optional } from '../yaml/about.ts'
import { quantity } from '../yaml/quantity.ts'
import { linkTarget, regionName } from '../yaml/reference.ts'

/** A fault whose fields only its description knows. */
type AnyDescribed = {
  about: string
  on?: readonly LinkForm[]
  instead?: string
  knobs: Record<string, Knob>
}
const described = (kind: FaultKindName): AnyDescribed => faultKinds[kind]

/** Names become folders, hosts and phases: as long as a label of DNS at most. */
export const namePattern = /^[a-z0-9][a-z0-9-]{0,62}$/
export const nameForm = 'expected a name of up to 63 small letters, digits and dashes'

/**
 * The strict schema of each kind of fault: the key is its name, the value its target, further keys how strong it is.
 * `at` counts from the end of warm-up.
 */
export const faultSchemas = ofNames(
  ({ regions }) =>
    Object.fromEntries(faultKindNames.map((kind) => [kind, faultSchema(kind, regions)])) as Record<
      FaultKindName,
      ReturnType<typeof faultSchema>
    >,
)

function faultSchema(kind: FaultKindName, regions: readonly string[] | null) {
  const { about: what, on, instead, knobs } = described(kind)
  const target = on ? linkTarget(regions, on, instead) : regionName(regions)
  const strength = Object.values(knobs).map((knob) => [knob.key, knobSchema(knob)] as const)
  return z
    .strictObject({
      [kind]: about(target, what),
      ...Object.fromEntries(strength),
      at: about(quantity('duration'), 'when it begins, counted from the end of warm-up'),
      // A length of 0 would be no fault at all.
      for: about(quantity('duration', { above: 0 }), 'how long it lasts'),
      name: optional(
        z.string().regex(namePattern, { error: nameForm }),
        'what its phases are called; its kind if left out',
      ),
    })
    .meta({ title: kind, description: what })
}

function knobSchema(knob: Knob): z.ZodType {
  const plain = plainSchema(knob)
  if (!('default' in knob) || knob.default === undefined) return about(plain, knob.about)
  const { default: value } = knob
  const standard = typeof value === 'string' ? value : figureText(knob.reads, value)
  return about(plain.default(value), knob.about, standard)
}

function plainSchema(knob: Knob): z.ZodType {
  switch (knob.reads) {
    case 'factor':
      return 'least' in knob ? z.number().min(knob.least) : z.number().gt(knob.above)
    case 'count':
      return z.int().min(knob.least).max(knob.most)
    case 'word':
      return z.enum(knob.words)
    default:
      return quantity(knob.reads, { above: knob.above })
  }
}

/** A fault as the plan has it, out of what its schema has read. */
export function faultOf(kind: FaultKindName, written: Record<string, unknown>): FaultKind {
  const { on, knobs } = described(kind)
  const strength = Object.entries(knobs).map(([field, { key }]) => [field, written[key]])
  const target = { [on ? 'links' : 'region']: written[kind] }
  return { kind, ...target, ...Object.fromEntries(strength) } as FaultKind
}

/** Where a fault acts: `us-east <-> eu-west`, `us-east -> eu-west`, or a region. */
export function targetText(fault: FaultPlan): string {
  return 'region' in fault ? fault.region : linksText(fault.links)
}

/** How strong it is, as the scenario writes it: `add 300ms`; empty where there is nothing to set. */
export function strengthText(fault: FaultPlan): string {
  const values = fault as unknown as Record<string, number | string>
  const knobs = Object.entries(described(fault.kind).knobs)
  const first = knobs.filter(([, knob]) => knob.shownFirst)
  const rest = knobs.filter(([, knob]) => !knob.shownFirst)
  let text = ''
  for (const [field, knob] of [...first, ...rest]) {
    const value = values[field] as number | string
    // A word goes with the figure before it: `add 300ms pareto`.
    if (typeof value === 'string') text += ` ${value}`
    else text += `${text && ', '}${knob.key} ${figureText(knob.reads, value)}`
  }
  return text
}

function figureText(reads: Knob['reads'], value: number): string {
  if (reads === 'duration' || reads === 'offset') return durationText(value)
  if (reads === 'bandwidth') return bandwidthText(value)
  if (reads === 'share') return shareText(value)
  return reads === 'drift' ? `${value}ppm` : `${value}`
}

function linksText(links: readonly LinkName[]): string {
  const texts: string[] = []
  for (const [i, { from, to }] of links.entries()) {
    const back = links.findIndex((link) => link.from === to && link.to === from)
    if (back < 0) texts.push(`${from} -> ${to}`)
    else if (back > i) texts.push(`${from} <-> ${to}`)
  }
  return texts.join(', ')
}
