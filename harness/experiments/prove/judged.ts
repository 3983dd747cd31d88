import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Analysed, analyse } from '../../analysis/analyse.ts'
import { judge } from '../../analysis/limits/judge.ts'
import { NeighbourTable } from '../../base/neighbours.ts'
import type { Finding, Judgement } from '../../model/finding.ts'
import type { Guarantees } from '../../model/guarantees.ts'
import { keptByAll, type Layout } from '../../model/layout.ts'
import type { MetricRow } from '../../model/metric.ts'
import type { Plan } from '../../model/plan.ts'
import type { RecordEvent } from '../../model/record.ts'
import type { System } from '../../ports/system.ts'
import { openRecord } from '../../record/writer.ts'
import { activeActiveCdc } from '../../systems/active-active-cdc/system.ts'
import { spaceOf } from '../../workload/pool.ts'
import { pool, type Simulated, type SimulateOptions, simulate } from './simulation.ts'

export type Judged = Simulated & {
  analysis: Analysed
  judgement: Judgement
  /** What a checker said. Throws if it said nothing. */
  finding: (checker: string) => Finding
  /** The rows of a metric that have all of these values. */
  rows: (metric: MetricRow['metric'], where?: Partial<MetricRow>) => MetricRow[]
}

/** Truth for every run in this process: all rows of the pool, lists made when first asked for. */
export const truth = new NeighbourTable(pool.codes, pool.queryCodes, pool.dim, pool.size)

/** Runs a plan in the simulator, writes its record to disk, and judges that file: the whole way to a verdict. */
export async function judged(plan: Plan, options: SimulateOptions = {}): Promise<Judged> {
  const simulated = await simulate(plan, options)
  const system = (options.system ?? activeActiveCdc) as System
  return { ...simulated, ...judgedRecord(simulated.events, guaranteesOf(system), layoutOf(system)) }
}

/** Judges events by way of a record on disk. */
export function judgedRecord(
  events: readonly RecordEvent[],
  guaranteesFor: (plan: Plan) => Guarantees = guaranteesOf(activeActiveCdc as System),
  layoutFor: (plan: Plan) => Layout = layoutOf(activeActiveCdc as System),
): Omit<Judged, keyof Simulated> {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-judged-'))
  const path = join(folder, 'record.jsonl')
  try {
    const record = openRecord(path)
    for (const event of events) record.append(event)
    record.close()
    const analysis = analyse(path, () => truth, guaranteesFor, layoutFor)
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

const layoutOf =
  (system: System) =>
  (plan: Plan): Layout =>
    system.layout?.(
      system.knobs.parse(plan.system.knobs),
      plan.regions,
      spaceOf(pool, plan.data.base),
    ) ?? keptByAll(plan.regions)
