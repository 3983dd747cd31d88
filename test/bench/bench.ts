import { mkdtempSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { analyse } from '../../harness/analysis/analyse.ts'
import { checkers } from '../../harness/analysis/checkers/checkers.ts'
import { NeighbourTable } from '../../harness/base/neighbours.ts'
import { runEndUs } from '../../harness/model/plan.ts'
import { SECOND } from '../../harness/model/units.ts'
import { dataSet, systems } from '../../harness/pipeline/catalogue.ts'
import { neighboursOf } from '../../harness/pipeline/open-sim.ts'
import { planOf } from '../../harness/pipeline/plan.ts'
import { recordRun } from '../../harness/pipeline/record-run.ts'
import type { System } from '../../harness/ports/system.ts'
import { openRunDirectory } from '../../harness/record/run-directory.ts'
import { planOperations } from '../../harness/workload/operations.ts'
import { busyRegisters } from '../support/busy-registers.ts'
import { everythingPromised } from '../support/record.ts'

/** Runs of each part; the median is printed, with the fastest and slowest beside it. */
const RUNS = 5

const seconds = (work: () => unknown): number => {
  const start = process.hrtime.bigint()
  work()
  return Number(process.hrtime.bigint() - start) / 1e9
}

const secondsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const start = process.hrtime.bigint()
  await work()
  return Number(process.hrtime.bigint() - start) / 1e9
}

function spread(samples: number[]): {
  median: number
  text: (unit: (s: number) => string) => string
} {
  const sorted = [...samples].sort((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] as number
  return {
    median,
    text: (unit) =>
      `${unit(median)}  (${unit(sorted[0] as number)} to ${unit(sorted.at(-1) as number)})`,
  }
}

const file = fileURLToPath(new URL('../../scenarios/partition-heal.yaml', import.meta.url))
const plan = planOf(file)
const pool = dataSet(plan.data.set)
const workload = planOperations(plan, pool)
const path = mkdtempSync(join(tmpdir(), 'faultline-bench-'))
const directory = openRunDirectory(plan, path)
const system = systems[plan.system.kind] as System
const simulatedSec = runEndUs(plan) / SECOND

const table: number[] = []
const simulation: number[] = []
const analysis: number[] = []
for (let i = 0; i < RUNS; i++) {
  const tableSec = seconds(() => {
    const { codes, queryCodes, dim } = pool
    new NeighbourTable(codes, queryCodes, dim, workload.rowsUsed).prepare(workload.queriesUsed)
  })
  const neighbours = neighboursOf(pool, workload)
  const guarantees = () => system.guarantees(system.knobs.parse(plan.system.knobs))
  table.push(tableSec)
  simulation.push(await secondsOf(() => recordRun(plan, directory, {})))
  analysis.push(seconds(() => analyse(directory.record, () => neighbours, guarantees)))
}

const OPERATIONS = 100_000
const IDS = 1000
const registers = busyRegisters(OPERATIONS, IDS)
const orders = (['linearizable', 'sequential', 'causal'] as const).map((name) => {
  const samples = Array.from({ length: RUNS }, () =>
    seconds(() => checkers[name].check(registers, everythingPromised)),
  )
  return { name, samples }
})

const ms = (s: number) => `${(s * 1000).toFixed(0)} ms`
const operations = workload.operations.length
process.stdout.write(
  `${[
    `${plan.name}: ${operations} operations, ${simulatedSec} s simulated, index ${plan.index.kind}; median of ${RUNS} runs`,
    `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}`,
    `neighbour table, once     ${spread(table).text(ms)}`,
    `simulation and record     ${spread(simulation).text(ms)}  = ${(simulatedSec / spread(simulation).median).toFixed(0)} × real time`,
    `analysis                  ${spread(analysis).text(ms)}  = ${((spread(analysis).median * 1e6) / operations).toFixed(1)} µs an operation`,
    `${OPERATIONS} writes and fetches of ${IDS} ids, checked:`,
    ...orders.map(({ name, samples }) => `  ${name.padEnd(24)}${spread(samples).text(ms)}`),
  ].join('\n')}\n`,
)
