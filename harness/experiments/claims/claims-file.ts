import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { type MetricName, metrics } from '../../model/metric.ts'

const names = Object.keys(metrics) as [MetricName, ...MetricName[]]
const scenarios = z.array(z.string()).min(1)

const shown = z.union([
  z.strictObject({
    scenario: z.string(),
    metric: z.enum(names),
    p: z.number().optional(),
    mean: z.literal(true).optional(),
    region: z.string().optional(),
    link: z.string().optional(),
    phase: z.string().optional(),
    operation: z.string().optional(),
    hop: z.string().optional(),
    cause: z.string().optional(),
  }),
  z.strictObject({ scenario: z.string(), finding: z.string() }),
  /** Where a capacity search bracketed it, of all regions or without one. */
  z.strictObject({
    scenario: z.string(),
    capacity: z.literal('bracket'),
    without: z.string().optional(),
  }),
  /** What the system, or a server, said of itself. */
  z.strictObject({
    scenario: z.string(),
    figure: z.string(),
    region: z.string().optional(),
    phase: z.string().optional(),
  }),
])

/**
 * What decides a claim: a limit as scenarios write it, a checker that must stay quiet, for a sweep that every point comes
 * out as the scenario states, or that a capacity search finds so many searches a second kept. Without `scenario` it is
 * asked of every scenario of the claim.
 */
const decision = z.union([
  z.looseObject({ scenario: z.string().optional(), metric: z.enum(names) }),
  z.strictObject({ scenario: z.string().optional(), quiet: z.string() }),
  z.strictObject({ scenario: z.string(), points: z.literal('as stated') }),
  z.strictObject({ scenario: z.string(), capacity: z.string().regex(/^\d+\/s$/) }),
])

const claim = z.strictObject({
  system: z.string(),
  claim: z.string(),
  kind: z.enum(['mechanism', 'figure', 'not-testable']),
  /** Scenarios in which the claim is said to hold, and those in which it is said to break. */
  'true-in': scenarios.optional(),
  'false-in': scenarios.optional(),
  /** All of them hold where the claim holds; the bounds are the article's own wherever it gives one. */
  'decided-by': z.array(decision).min(1).optional(),
  /** Who gave the bounds: absent, the article; else why it is another one. */
  'bound-is': z.string().optional(),
  /** Present if the model cannot answer otherwise, and why. */
  'by-construction': z.string().optional(),
  /** What makes the difference, where it holds in some and not in others. */
  while: z.string().optional(),
  why: z.string().optional(),
  figures: z.array(shown).optional(),
})

export type Claim = z.output<typeof claim>
export type ShownClaim = z.output<typeof shown>
export type Decision = z.output<typeof decision>

/** The claims of scenarios/claims.yaml, in its order. Throws with the path of what is wrong. */
export function readClaims(file: string): Claim[] {
  return z.array(claim).parse(parse(readFileSync(file, 'utf8')))
}

/** Scenarios that decide a claim, those in which it is said to hold first. */
export const decidingScenarios = (claim: Claim): string[] => [
  ...(claim['true-in'] ?? []),
  ...(claim['false-in'] ?? []),
]

/** Every scenario a claim is shown by, once. */
export const scenariosOf = (claims: readonly Claim[]): string[] => [
  ...new Set(
    claims.flatMap((one) => [
      ...decidingScenarios(one),
      ...(one.figures ?? []).map(({ scenario }) => scenario),
    ]),
  ),
]

/** What decides a claim in one scenario. */
export const decisionsIn = (claim: Claim, scenario: string): Decision[] =>
  (claim['decided-by'] ?? []).filter(
    (decision) => decision.scenario === undefined || decision.scenario === scenario,
  )

/** How a claim came out in one scenario: in how many seeds it held, broke, or nobody could tell. */
export type Tally = { scenario: string; holds: number; breaks: number; unknown: number }

/** What the seeds of one scenario say together: a promise that one of them breaks is broken. */
export function verdictOf({ holds, breaks }: Tally): 'holds' | 'breaks' | 'open' {
  if (holds > 0 && breaks === 0) return 'holds'
  return breaks > 0 ? 'breaks' : 'open'
}

/** What a claim comes to, by what was measured in each of its scenarios. */
export function outcomeOf({ kind }: Pick<Claim, 'kind'>, tallies: readonly Tally[]): string {
  if (kind === 'not-testable') return 'not testable here'
  const verdicts = tallies.map(verdictOf)
  if (verdicts.length === 0) return 'not decided'
  if (verdicts.every((one) => one === 'holds')) return 'holds'
  if (verdicts.every((one) => one === 'breaks')) return 'does not hold'
  return verdicts.includes('holds') ? 'holds while …' : 'not decided'
}

/** Scenarios that came out against what the claim says of them, as sentences. */
export function againstStatement(claim: Claim, tallies: readonly Tally[]): string[] {
  return tallies.flatMap((tally) => {
    const stated = claim['true-in']?.includes(tally.scenario) ? 'holds' : 'breaks'
    if (verdictOf(tally) === stated) return []
    const { scenario, holds, breaks, unknown } = tally
    const counts = `it held with ${holds} seeds, broke with ${breaks}, and ${unknown} had no evidence`
    return [`"${claim.claim}" is claimed to be one that ${stated} in ${scenario}, but ${counts}`]
  })
}

/** What a scenario file writes at a path such as `load.0.queries.zipf`. Throws an Error if nothing stands there. */
export function writtenIn(file: string, path: string): string {
  const value = path
    .split('.')
    .reduce<unknown>(
      (at, key) => (at as Record<string, unknown> | undefined)?.[key],
      parse(readFileSync(file, 'utf8')),
    )
  if (typeof value !== 'string' && typeof value !== 'number')
    throw new Error(`${file} has no single value at ${path}`)
  return String(value)
}
