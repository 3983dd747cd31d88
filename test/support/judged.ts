import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Analysed, analyse } from '../../harness/analysis/analyse.ts'
import { judge } from '../../harness/analysis/judge.ts'
import { NeighbourTable } from '../../harness/base/neighbours.ts'
import type { Finding, Guarantees, Judgement } from '../../harness/model/finding.ts'
import type { MetricRow } from '../../harness/model/metric.ts'
import type { Plan } from '../../harness/model/plan.ts'
import type { RecordEvent } from '../../harness/model/record.ts'
import type { System } from '../../harness/ports/system.ts'
import { openRecord } from '../../harness/record/writer.ts'
import { activeActiveCdc } from '../../harness/systems/active-active-cdc.ts'
import { pool, type Simulated, type SimulateOptions, simulate } from './simulate.ts'

export type Judged = Simulated & {
  analysis: Analysed
  judgement: Judgement
  /** What a checker said. Throws if it said nothing. */
  finding: (checker: string) => Finding
  /** The rows of a metric that have all of these values. */
  rows: (metric: MetricRow['metric'], where?: Partial<MetricRow>) => MetricRow[]
}

/** Truth for every run of a test file: all rows of the pool, lists made when first asked for. */
export const truth = new NeighbourTable(pool.codes, pool.queryCodes, pool.dim, pool.size)

/** Runs a plan in the simulator, writes its record to disk, and judges that file: the whole way to a verdict. */
export async function judged(plan: Plan, options: SimulateOptions = {}): Promise<Judged> {
  const simulated = await simulate(plan, options)
  const system = (options.system ?? activeActiveCdc) as System
  return { ...simulated, ...judgedRecord(simulated.events, guaranteesOf(system)) }
}

/** Judges events by way of a record on disk. */
export function judgedRecord(
  events: readonly RecordEvent[],
  guaranteesFor: (plan: Plan) => Guarantees = guaranteesOf(activeActiveCdc as System),
): Omit<Judged, keyof Simulated> {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-judged-'))
  const path = join(folder, 'record.jsonl')
  try {
    const record = openRecord(path)
    for (const event of events) record.append(event)
    record.close()
    const analysis = analyse(path, () => truth, guaranteesFor)
    return { analysis, judgement: judge(analysis), ...lookupsIn(analysis) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function lookupsIn({ findings, metrics }: Analysed): Pick<Judged, 'finding' | 'rows'> {
  return {
    finding(checker) {
      const found = findings.find((finding) => finding.checker === checker)
      if (!found) throw new Error(`no finding of checker "${checker}"`)
      return found
    },
    rows: (metric, where = {}) =>
      metrics.filter(
        (row) =>
          row.metric === metric &&
          Object.entries(where).every(([key, value]) => row[key as keyof MetricRow] === value),
      ),
  }
}

const guaranteesOf =
  (system: System) =>
  (plan: Plan): Guarantees =>
    system.guarantees(system.knobs.parse(plan.system.knobs))
