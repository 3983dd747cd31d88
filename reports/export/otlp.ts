import { createHash } from 'node:crypto'
import type { JsonMetricsSerializer, JsonTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { Series } from '../../harness/model/finding.ts'
import type { WriteId } from '../../harness/model/point.ts'
import type { Trace, TraceAttributes, TraceSpan } from '../../harness/model/trace.ts'
import { SECOND, type Us } from '../../harness/model/units.ts'
import { chartUnits } from './chart-lines.ts'
import type { Family, SampleLabels } from './families.ts'

/** What of the OpenTelemetry SDK writes OTLP/JSON. */
export type OtlpWriter = {
  traces: typeof JsonTraceSerializer
  metrics: typeof JsonMetricsSerializer
}

/** One request of OTLP/JSON, as a collector takes it, or as a line of a file. */
export type OtlpRequest = {
  signal: 'traces' | 'metrics'
  /** Spans, or data points. */
  count: number
  body: Uint8Array
}

/** Whose traces and metrics they are, and where on the clock of the world its time 0 is laid, in µs since 1970. */
export type OtlpRun = {
  /** What ids are made from: of another run they are others, of the same run always the same. */
  identity: string
  epochUs: Us
  version: string
  resource: TraceAttributes
  /** Which operations have a trace, as a sentence. */
  sampling: string
}

type ReadableSpan = Parameters<(typeof JsonTraceSerializer)['serializeRequest']>[0][number]
type ResourceMetrics = Parameters<(typeof JsonMetricsSerializer)['serializeRequest']>[0]
type HrTime = [seconds: number, nanoseconds: number]

/** A line of so many stays far below the MiB up to which a collector reads one. */
const MOST_SPANS = 200
const MOST_POINTS = 400

// What the SDK's enums say of these: its packages that hold them are not asked for by name.
const CLIENT = 2
const INTERNAL = 0
const UNSET = 0
const ERROR = 2
const SAMPLED = 1
const DOUBLE = 1
const GAUGE = 2

/** A request of nothing, to see whether somebody takes it. */
export const emptyRequest = ({ traces }: OtlpWriter): OtlpRequest => ({
  signal: 'traces',
  count: 0,
  body: written(traces.serializeRequest([])),
})

/** Requests of spans, whole traces at a time; `why` says of an operation what it was chosen for. */
export function* traceRequests(
  { traces: writer }: OtlpWriter,
  run: OtlpRun,
  traces: Iterable<Trace>,
  why: ReadonlyMap<WriteId, string>,
): Iterable<OtlpRequest> {
  const spans = new Spans(run)
  let batch: ReadableSpan[] = []
  const request = (): OtlpRequest => ({
    signal: 'traces',
    count: batch.length,
    body: written(writer.serializeRequest(batch)),
  })
  for (const trace of traces) {
    const chosen = why.get(trace.op)
    batch.push(...spans.of(trace, chosen === undefined ? {} : { chosen }))
    if (batch.length < MOST_SPANS) continue
    yield request()
    batch = []
  }
  if (batch.length > 0) yield request()
}

/** Spans as the SDK has them once they ended: it writes these fields, and asks for no method but `spanContext`. */
class Spans {
  private readonly resources = new Map<string, object>()
  private readonly run: OtlpRun

  constructor(run: OtlpRun) {
    this.run = run
  }

  of({ op, spans }: Trace, more: TraceAttributes): ReadableSpan[] {
    const traceId = idOf(`${this.run.identity}/${op}`, 16)
    const contexts = spans.map((_, i) => ({
      traceId,
      spanId: idOf(`${this.run.identity}/${op}/${i}`, 8),
      traceFlags: SAMPLED,
    }))
    return spans.map((span, i) => {
      const { name, region, parent, fromUs, toUs, wrong, cutOff, moments } = span
      const attributes = { ...span.attributes, ...(cutOff && { cut_off: true }), region }
      return {
        name,
        kind: parent === null ? CLIENT : INTERNAL,
        spanContext: () => contexts[i],
        ...(parent !== null && { parentSpanContext: contexts[parent] }),
        startTime: this.at(fromUs),
        endTime: this.at(toUs),
        duration: hrTime(toUs - fromUs),
        ended: true,
        status: wrong === undefined ? { code: UNSET } : { code: ERROR, message: wrong },
        attributes: attributesOf({ ...attributes, ...(parent === null && more) }),
        events: moments.map((moment) => this.event(moment)),
        links: [],
        resource: this.resourceOf(region),
        instrumentationScope: { name: 'faultline', version: this.run.version },
        ...{ droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 },
      } as unknown as ReadableSpan
    })
  }

  private event({ us, name, attributes }: TraceSpan['moments'][number]) {
    return { name, time: this.at(us), attributes: attributesOf(attributes) }
  }

  private at(us: Us): HrTime {
    return hrTime(this.run.epochUs + us)
  }

  private resourceOf(region: string): object {
    const { sampling } = this.run
    const attributes = { ...resourceOf(this.run, region), ...attributesOf({ sampling }) }
    const made = this.resources.get(region) ?? { attributes }
    this.resources.set(region, made)
    return made
  }
}

const resourceOf = ({ resource, version }: OtlpRun, service: string): TraceAttributes => ({
  'service.name': service,
  'service.namespace': 'faultline',
  'service.version': version,
  ...attributesOf(resource),
})

type Point = { attributes: TraceAttributes; us: Us; value: number }
type Metric = { name: string; help: string; unit: string; points: Point[] }

/** Requests of gauges: figures of the whole run at its end, and every point of the report's charts at its moment. */
export function* metricRequests(
  { metrics: writer }: OtlpWriter,
  run: OtlpRun,
  { families, series, endUs }: { families: Family[]; series: readonly Series[]; endUs: Us },
): Iterable<OtlpRequest> {
  const figures = families.map((family) => figuresOf(family, endUs))
  const never = neverCame(families, endUs)
  const whole = [...figures, never, ...linesOf(series)]
  for (const { points, ...metric } of whole)
    for (let at = 0; at < points.length; at += MOST_POINTS) {
      const some = points.slice(at, at + MOST_POINTS)
      const request = resourceMetrics(run, { ...metric, points: some })
      yield {
        signal: 'metrics',
        count: some.length,
        body: written(writer.serializeRequest(request)),
      }
    }
}

const ucum: Record<string, string> = { seconds: 's', ratio: '1', bytes: 'By', per_second: '1/s' }

function figuresOf({ name, help, unit, samples }: Family, us: Us): Metric {
  const points = [...samples.values()]
    .filter(({ value }) => Number.isFinite(value))
    .map(({ labels, value }) => ({ attributes: present(labels), us, value }))
  return { name, help, unit: ucum[unit] ?? '', points }
}

/** JSON has no number for what is without end: such figures are named here instead. */
function neverCame(families: readonly Family[], us: Us): Metric {
  const points = families.flatMap(({ name, samples }) =>
    [...samples.values()]
      .filter(({ value }) => !Number.isFinite(value))
      .map(({ labels }) => ({ attributes: { ...present(labels), figure: name }, us, value: 1 })),
  )
  const help = 'this figure had not come to an end when the run ended'
  return { name: 'faultline_without_end', help, unit: '', points }
}

function linesOf(series: readonly Series[]): Metric[] {
  return series.map(({ chart, key, line, points }) => {
    const { unit, scale } = chartUnits[chart]
    return {
      name: `faultline_chart_${chart.replaceAll('-', '_')}`,
      help: `a line of the chart "${chart}" over time, in ${unit}`,
      unit: ({ s: 's', ratio: '1', 'per second': '1/s' } as Record<string, string>)[unit] ?? '',
      points: points
        .filter(([, value]) => Number.isFinite(value))
        .map(([us, value]) => ({ attributes: { key, line }, us, value: value * scale })),
    }
  })
}

function resourceMetrics(run: OtlpRun, { name, help, unit, points }: Metric): ResourceMetrics {
  const dataPoints = points.map(({ attributes, us, value }) => ({
    attributes,
    startTime: hrTime(run.epochUs),
    endTime: hrTime(run.epochUs + us),
    value: Number(value.toPrecision(12)),
  }))
  const descriptor = { name, description: help, unit, valueType: DOUBLE }
  const scope = { name: 'faultline', version: run.version }
  const metrics = [{ descriptor, dataPointType: GAUGE, aggregationTemporality: 1, dataPoints }]
  const resource = { attributes: resourceOf(run, 'faultline') }
  return { resource, scopeMetrics: [{ scope, metrics }] } as unknown as ResourceMetrics
}

const present = (labels: SampleLabels): TraceAttributes =>
  Object.fromEntries(
    Object.entries(labels).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  )

/** In our namespace. One NaN would become a `null`, for which a collector refuses the whole request: it is written as text. */
const attributesOf = (attributes: TraceAttributes): TraceAttributes =>
  Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [
      `faultline.${key}`,
      typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
    ]),
  )

const hrTime = (us: Us): HrTime => [Math.floor(us / SECOND), Math.round(us % SECOND) * 1000]

const idOf = (text: string, bytes: number): string =>
  createHash('sha256')
    .update(text)
    .digest('hex')
    .slice(0, 2 * bytes)

function written(body: Uint8Array | undefined): Uint8Array {
  if (!body) throw new Error('the OpenTelemetry SDK wrote nothing')
  return body
}
