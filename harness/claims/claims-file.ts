import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import { type MetricName, metrics } from '../model/metric.ts'

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
  /** What the system, or a server, said of itself. */
  z.strictObject({
    scenario: z.string(),
    figure: z.string(),
    region: z.string().optional(),
    phase: z.string().optional(),
  }),
])

const claim = z.strictObject({
  system: z.string(),
  claim: z.string(),
  kind: z.enum(['mechanism', 'figure', 'not-testable', 'pending']),
  /** Scenarios whose expected outcome is that the claim holds, and those where it is that it does not. */
  'true-in': scenarios.optional(),
  'false-in': scenarios.optional(),
  /** What makes the difference, where it holds in some and not in others. */
  while: z.string().optional(),
  why: z.string().optional(),
  figures: z.array(shown).optional(),
})

export type Claim = z.output<typeof claim>
export type ShownClaim = z.output<typeof shown>

/** The claims of scenarios/claims.yaml, in its order. Throws with the path of what is wrong. */
export function readClaims(file: string): Claim[] {
  return z.array(claim).parse(parse(readFileSync(file, 'utf8')))
}

/** Every scenario a claim is shown by, once. */
export const scenariosOf = (claims: readonly Claim[]): string[] => [
  ...new Set(
    claims.flatMap((one) => [
      ...(one['true-in'] ?? []),
      ...(one['false-in'] ?? []),
      ...(one.figures ?? []).map(({ scenario }) => scenario),
    ]),
  ),
]

/** What a claim comes to, by where it was shown. */
export function outcomeOf({ kind, ...claim }: Claim): string {
  if (kind === 'not-testable') return 'not testable here'
  if (kind === 'pending') return 'pending'
  const holds = claim['true-in'] !== undefined
  const breaks = claim['false-in'] !== undefined
  if (holds && breaks) return 'holds while …'
  return holds ? 'holds' : 'does not hold'
}
