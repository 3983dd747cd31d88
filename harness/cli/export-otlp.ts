import { summaryFamilies } from '../../reports/export/families.ts'
import {
  emptyRequest,
  metricRequests,
  type OtlpRequest,
  traceRequests,
} from '../../reports/export/otlp.ts'
import { summaryOf } from '../../reports/summary.ts'
import { type Choice, chooseOperations, MOST_LOST, SLOWEST } from '../analysis/traces/choice.ts'
import { tracesOf } from '../analysis/traces/traces.ts'
import { readEnvironment } from '../pipeline/environment.ts'
import { judgeFacts } from '../pipeline/judge-run.ts'
import { otlpRun, otlpWriter } from '../pipeline/otlp-run.ts'
import { collectorAt } from '../pipeline/otlp-send.ts'
import { counted, countText } from '../text/value.ts'
import { printedLine } from './print.ts'

export type OtlpFlags = { otlp?: string; all?: boolean }

/**
 * Writes traces and metrics of a run to stdout, a request of OTLP/JSON a line, or sends them to a collector. Says on stderr
 * what they are of. Rejects with an EnvironmentError where a collector does not take all of it.
 */
export async function exportOtlp(path: string, { otlp, all = false }: OtlpFlags): Promise<void> {
  const writer = await otlpWriter()
  const collector = otlp === undefined ? null : collectorAt(otlp)
  // To judge a large run takes a while: a collector that does not answer is reported before.
  await collector?.send(emptyRequest(writer))
  const { facts, analysis, judgement } = judgeFacts(path)
  const choice = all ? null : chooseOperations(facts)
  const { plan, ops } = facts.history
  const run = otlpRun(path, plan, samplingOf(choice))
  const environment = readEnvironment(path)
  const families = summaryFamilies(summaryOf({ analysis, judgement, environment, run: path }))
  const wanted = ({ op }: { op: number }) => choice === null || choice.why.has(op)
  const why = choice?.why ?? new Map<number, string>()
  const { endUs } = facts.history
  const sent = { traces: 0, metrics: 0 }
  const pass = async (request: OtlpRequest) => {
    sent[request.signal] += request.count
    await (collector ? collector.send(request) : printedLine(request.body))
  }
  for (const one of traceRequests(writer, run, tracesOf(facts, wanted), why)) await pass(one)
  const figures = { families, series: analysis.series, endUs }
  for (const one of metricRequests(writer, run, figures)) await pass(one)
  process.stderr.write(
    `${counted(sent.traces, 'span')} of ${tracedOf(choice, ops.length)} and ` +
      `${counted(sent.metrics, 'data point')}${collector ? ` are with ${collector.url}` : ''}. ${run.sampling}\n`,
  )
}

/** Which operations have a trace, as a sentence. */
function samplingOf(choice: Choice | null): string {
  if (choice === null) return 'Every operation has a trace.'
  const { lostLeftOut } = choice
  const lost =
    lostLeftOut === 0
      ? 'every write that never arrived somewhere'
      : `the first ${MOST_LOST} writes that never arrived somewhere (${lostLeftOut} more are left out)`
  return (
    `Traces are of ${lost}, of the ${SLOWEST} slowest operations of each kind, region and phase and writes ` +
    `of each link and phase, and of the first ${SLOWEST} of each that were no success; --all: of every operation.`
  )
}

const tracedOf = (choice: Choice | null, all: number): string =>
  choice === null
    ? counted(all, 'operation')
    : `${countText(choice.why.size)} of ${counted(all, 'operation')}`
