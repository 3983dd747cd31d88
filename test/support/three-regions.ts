import { type Judged, judged } from '../../harness/experiments/prove/judged.ts'
import { known, systems } from '../../harness/pipeline/catalogue.ts'
import { loadPlan } from '../../harness/scenario/load.ts'
import { formatProblem } from '../../harness/scenario/yaml/problem.ts'

/** Three regions with busy keys, 30 s of load and a store that starts in seconds; `faults` as a scenario writes them. */
export const threeRegions = (system: string, faults: readonly string[]): string => `
name: three-regions
seed: 7
regions: [us-east, eu-west, ap-south]
links:
  us-east <-> eu-west: { latency: 38ms, jitter: 2ms }
  us-east <-> ap-south: { latency: 93ms, jitter: 3ms }
  eu-west <-> ap-south: { latency: 62ms, jitter: 3ms }
data: { set: glosses, base: 600 }
system: { ${system}, index: flat }
profile: { override: { store.restart: 3s, store.loaded: 8s } }
mirror: { delivery: at-least-once, flush: 1s }
load:
  - in: [us-east, eu-west, ap-south]
    clients: 8
    search: 1/s
    upsert: 8/s
    delete: 1/s
    fetch: 8/s
    fetchOwn: 20%
    keys: { fresh: 30%, existing: 30%, contended: 40%, contendedCount: 30 }
timeline: { warmup: 3s, run: 30s, settle: 20s }
faults: [${faults.map((fault) => `{ ${fault} }`).join(', ')}]
`

/** Runs a scenario as its text says, in the simulator, and judges its record. */
export function judgedText(text: string): Promise<Judged> {
  const loaded = loadPlan(text, 'scenario.yaml', known(), {})
  if ('problems' in loaded) throw new Error(loaded.problems.map(formatProblem).join('\n'))
  const { plan } = loaded
  return judged(plan, { system: systems[plan.system.kind] as never })
}

/** Findings that fail the run, with what they say. */
export const alarms = ({ analysis }: Judged): string[] =>
  analysis.findings
    .filter(({ verdict, promised }) => verdict === 'fail' && promised)
    .map(({ checker, because }) => `${checker}: ${because}`)
