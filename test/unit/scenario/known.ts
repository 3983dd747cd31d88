import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Plan, WorldName } from '../../../harness/model/plan.ts'
import { files } from '../../../harness/pipeline/catalogue.ts'
import type { Known } from '../../../harness/scenario/known.ts'
import { loadPlan, type Overrides } from '../../../harness/scenario/load.ts'
import type { SourceFile } from '../../../harness/scenario/yaml/document.ts'
import { formatProblem, type Problem } from '../../../harness/scenario/yaml/problem.ts'
import { missingInContainers } from '../../../harness/worlds/containers/capabilities.ts'
import { missingInSim } from '../../../harness/worlds/sim/capabilities.ts'

export const repository = fileURLToPath(new URL('../../../', import.meta.url))

export const sourceFile = (file: string): SourceFile => ({
  file,
  text: readFileSync(`${repository}${file}`, 'utf8'),
})

const knobs = z.strictObject({
  conflict: z
    .enum(['arrival-order', 'last-writer-wins', 'hybrid-logical-clock'])
    .default('hybrid-logical-clock'),
  ack: z.enum(['local', 'log']).default('local'),
  fanOut: z.enum(['off', 'on']).default('off'),
  batch: z.int().min(1).max(10_000).default(128),
  affinityUs: z.int().min(0).default(300_000_000),
  tombstonesUs: z.int().min(0).default(600_000_000),
  healthUs: z.int().min(1).default(1_000_000),
})

/** What main passes in, with one small system of its own and the files that ship. */
export const known: Known = {
  systems: { 'active-active-cdc': { about: 'stores joined by change data capture', knobs } },
  dataSets: { glosses: { dim: 384, size: 12_000, queries: 500 } },
  profiles: { 'milvus-2.3.5-2core': sourceFile('fixtures/profiles/milvus-2.3.5-2core.yaml') },
  linkPresets: { 'ibm-cloud-2024-09': sourceFile('fixtures/links/ibm-cloud-2024-09.yaml') },
  ...files,
  checkers: [
    'lost-writes',
    'invented-point',
    'duplicate-id',
    'resurrected-delete',
    'regions-equal',
    'faults-confirmed',
  ],
  lacks: { sim: missingInSim, containers: missingInContainers },
}

/** Sections of a scenario of two regions that loads; each may be replaced by other lines, or left out by ''. */
export function aScenario(given: Record<string, string> = {}): string {
  const sections: Record<string, string> = {
    name: 'name: test',
    regions: 'regions: [us, eu]',
    links: 'links: { us <-> eu: { latency: 40ms } }',
    system: 'system: { kind: active-active-cdc }',
    load: 'load: [{ in: [us, eu], search: 60/s, upsert: 10/s }]',
    timeline: 'timeline: { warmup: 10s, run: 100s, settle: 20s }',
    ...given,
  }
  return Object.values(sections)
    .filter((section) => section !== '')
    .map((section) => `${section}\n`)
    .join('')
}

export function planOf(text: string, overrides: Overrides = {}, knowing = known): Plan {
  const result = loadPlan(text, 'test.yaml', knowing, overrides)
  if ('problems' in result) throw new Error(result.problems.map(formatProblem).join('\n'))
  return result.plan
}

export function problemsOf(text: string, file = 'test.yaml', world?: WorldName): Problem[] {
  const result = loadPlan(text, file, known, world ? { world } : {})
  return 'problems' in result ? result.problems : []
}

/** `line:column: message. Hint.` */
export const saidOf = (text: string, world?: WorldName): string[] =>
  problemsOf(text, 'x', world).map((problem) => formatProblem(problem).slice('x:'.length))
