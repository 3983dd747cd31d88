#!/usr/bin/env bash
# @opentelemetry/otlp-transformer 0.223.1: an attribute that is a whole number of 2^63 and more, such as 1e21, is written to
# OTLP/JSON as an intValue, which holds 64 bits; its protobuf serializer writes the same span with a double. An OpenTelemetry
# collector 0.161.0 answers such a request with 400 (ReadInt64: overflow): all spans of the batch are lost, not one attribute.
# Guessed was a doubleValue in both. Run by hand: needs Node and npm. Exits 0 while this is so, 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent @opentelemetry/otlp-transformer@0.223.1 @opentelemetry/sdk-trace-base@2.12.1 @opentelemetry/api@1.9.1
cat >probe.mjs <<'JS'
import { readFileSync } from 'node:fs'
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
const { version } = JSON.parse(readFileSync('node_modules/@opentelemetry/otlp-transformer/package.json', 'utf8'))
const memory = new InMemorySpanExporter()
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] })
provider.getTracer('probe').startSpan('probe', { attributes: { big: 1e21 } }).end()
const spans = memory.getFinishedSpans()
const text = new TextDecoder().decode(JsonTraceSerializer.serializeRequest(spans))
const written = /"key":"big","value":(\{[^}]*\})/.exec(text)[1]
// In protobuf a KeyValue is key (0a, length, text), value (12, length), and in it 21 is double_value, 18 int_value.
const bytes = Buffer.from(ProtobufTraceSerializer.serializeRequest(spans))
const inProtobuf = bytes[bytes.indexOf('big') + 'big'.length + 2]
console.log(`otlp-transformer ${version}, attribute 1e21: JSON ${written}, protobuf ${inProtobuf === 0x21 ? 'double' : 'int64'}`)
process.exit(/"intValue":1e\+21/.test(written) && inProtobuf === 0x21 ? 0 : 1)
JS
node probe.mjs
