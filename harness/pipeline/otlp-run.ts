import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { OtlpRun, OtlpWriter } from '../../reports/export/otlp.ts'
import type { Plan } from '../model/plan.ts'
import { MS, type Us } from '../model/units.ts'
import { readHealth } from '../record/health-log.ts'
import { readEnvironment } from './environment.ts'
import { requirePeers } from './peers.ts'
import { faultlineVersion } from './version.ts'

/** What writes OTLP/JSON. Rejects with an EnvironmentError that names the command which installs it. */
export async function otlpWriter(): Promise<OtlpWriter> {
  requirePeers('OTLP needs', ['@opentelemetry/otlp-transformer'])
  const sdk = await import('@opentelemetry/otlp-transformer')
  return { traces: sdk.JsonTraceSerializer, metrics: sdk.JsonMetricsSerializer }
}

/** Who a run is, for the collector: where its time 0 is laid, and what every span and figure says of it. */
export function otlpRun(path: string, plan: Plan, sampling: string): OtlpRun {
  const { epochUs, clock } = epochOf(path, plan)
  const { name: scenario, seed, world, system } = plan
  return {
    identity: JSON.stringify([plan, epochUs]),
    epochUs,
    version: faultlineVersion,
    sampling,
    resource: { scenario, seed, world, system: system.kind, clock },
  }
}

/**
 * Time 0 of a run, the start of warm-up, in µs since 1970. A simulation has a time of its own, which is laid at the moment
 * when it was started. On real servers it is that of the wall clock: what the run's health says late, it says at most
 * late, so the earliest is nearest.
 */
function epochOf(path: string, { world }: Plan): { epochUs: Us; clock: string } {
  const known = existsSync(join(path, 'environment.json'))
  const startedUs = known ? Date.parse(readEnvironment(path).startedAt) * MS : 0
  if (!known || !Number.isFinite(startedUs))
    return { epochUs: 0, clock: 'nobody kept when the run began: its time 0 is laid at 1970' }
  if (world === 'sim')
    return { epochUs: startedUs, clock: 'simulated: its time 0 is laid at the start of the run' }
  const zeros = readHealth(join(path, 'health.jsonl'))
    .filter(({ runUs }) => runUs > 0)
    .map(({ wallMs, runUs }) => startedUs + wallMs * MS - runUs)
  const epochUs = zeros.reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY)
  return Number.isFinite(epochUs)
    ? { epochUs: Math.round(epochUs), clock: 'wall clock of the harness' }
    : { epochUs: startedUs, clock: 'wall clock: its time 0 is laid at the start of the run' }
}
