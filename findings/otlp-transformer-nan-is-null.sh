#!/usr/bin/env bash
# @opentelemetry/otlp-transformer 0.223.1: NaN and Infinity become null in OTLP/JSON, in attributes of spans and in values of
# gauges, where the JSON of protobuf has the texts "NaN" and "Infinity". An OpenTelemetry collector 0.161.0 answers a span
# with such a NaN with 400 (ReadUint64: unsupported value type): all of its batch is lost. The protobuf serializer keeps NaN.
# Guessed were those texts. Run by hand: needs Node and npm. Exits 0 while this is so, 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent @opentelemetry/otlp-transformer@0.223.1 @opentelemetry/sdk-metrics@2.12.1 @opentelemetry/sdk-trace-base@2.12.1 @opentelemetry/api@1.9.1
cat >probe.mjs <<'JS'
import { readFileSync } from 'node:fs'
import { JsonMetricsSerializer, JsonTraceSerializer } from '@opentelemetry/otlp-transformer'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
const { version } = JSON.parse(readFileSync('node_modules/@opentelemetry/otlp-transformer/package.json', 'utf8'))
class Reader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}
const reader = new Reader()
new MeterProvider({ readers: [reader] }).getMeter('probe').createGauge('probe').record(Infinity)
const { resourceMetrics } = await reader.collect()
const memory = new InMemorySpanExporter()
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] })
provider.getTracer('probe').startSpan('probe', { attributes: { ratio: NaN } }).end()
const text = (body) => new TextDecoder().decode(body)
const attribute = /"key":"ratio","value":(\{[^}]*\})/.exec(text(JsonTraceSerializer.serializeRequest(memory.getFinishedSpans())))[1]
const gauge = /"asDouble":[^,}]*/.exec(text(JsonMetricsSerializer.serializeRequest(resourceMetrics)))[0]
console.log(`otlp-transformer ${version}: attribute NaN is ${attribute}, gauge Infinity is ${gauge}`)
process.exit(attribute === '{"doubleValue":null}' && gauge === '"asDouble":null' ? 0 : 1)
JS
node probe.mjs
