import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { fakeCollector } from '../support/fake-collector.ts'
import { faultlineIn, faultlineWith, newFolder } from '../support/faultline.ts'
import { smallScenario } from '../support/small-scenario.ts'

type Attribute = { key: string; value: Record<string, unknown> }
type Span = {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: Attribute[]
}

const folder = newFolder()
beforeAll(async () => {
  writeFileSync(join(folder, 'small.yaml'), smallScenario)
  expect((await faultlineIn(folder, 'run', 'small.yaml', '--out', 'r')).code).toBe(0)
})

const lines = (out: string) =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
const spansOf = (out: string): Span[] =>
  lines(out).flatMap(({ resourceSpans = [] }) =>
    resourceSpans.flatMap((one: { scopeSpans: { spans: Span[] }[] }) =>
      one.scopeSpans.flatMap(({ spans }) => spans),
    ),
  )
const said = ({ attributes }: Span, key: string) =>
  attributes.find((one) => one.key === `faultline.${key}`)?.value['stringValue']
const micros = ({ startTimeUnixNano, endTimeUnixNano }: Span) =>
  Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1000

test('spans of all writes are the lag that the summary has: as many, and as long', async () => {
  const { code, out, err } = await faultlineIn(folder, 'export', 'r', '--format', 'otlp', '--all')
  expect(code).toBe(0)
  const spans = spansOf(out)
  expect(err).toContain(`${spans.length.toLocaleString('en')} spans of `)
  const { metrics } = JSON.parse(readFileSync(join(folder, 'r/summary.json'), 'utf8'))
  const lags = metrics.filter((row: Record<string, string>) => row['metric'] === 'lag')
  const whole = lags.filter((row: object) => 'link' in row && !('hop' in row))
  expect(whole.length).toBeGreaterThan(0)
  for (const { link, phase, count, max } of whole) {
    const own = spans.filter(
      (one) =>
        one.name === 'acknowledged-searchable' &&
        said(one, 'link') === link &&
        said(one, 'phase') === phase,
    )
    expect(own).toHaveLength(count)
    expect(Math.max(...own.map(micros))).toBe(max)
  }
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined)
  expect(new Set(roots.map(({ traceId }) => traceId)).size).toBe(roots.length)
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length)
  for (const { parentSpanId, traceId } of spans)
    if (parentSpanId !== undefined)
      expect(spans.find((one) => one.spanId === parentSpanId)?.traceId).toBe(traceId)
})

test('ids are the same every time, ids are hex, times are texts of nanoseconds, and nothing is null', async () => {
  const first = await faultlineIn(folder, 'export', 'r', '--format', 'otlp')
  const second = await faultlineIn(folder, 'export', 'r', '--format', 'otlp')
  expect(second.out).toBe(first.out)
  expect(first.out).not.toContain('null')
  const { startedAt } = JSON.parse(readFileSync(join(folder, 'r/environment.json'), 'utf8'))
  for (const span of spansOf(first.out)) {
    expect(span.traceId).toMatch(/^[0-9a-f]{32}$/)
    expect(span.spanId).toMatch(/^[0-9a-f]{16}$/)
    expect(span.startTimeUnixNano).toMatch(/^\d{19}$/)
    const sinceMs = Number(BigInt(span.startTimeUnixNano) / 1_000_000n) - Date.parse(startedAt)
    expect(sinceMs).toBeGreaterThanOrEqual(0)
    expect(sinceMs).toBeLessThan(9000)
  }
  expect(first.err).toContain('--all')
  for (const line of first.out.trimEnd().split('\n')) expect(line.length).toBeLessThan(1 << 20)
})

test('a collector gets the same as a file, after it was asked whether it is there', async () => {
  const collector = await fakeCollector()
  const file = await faultlineIn(folder, 'export', 'r', '--format', 'otlp')
  const variables = { OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b,other=c' }
  const sent = await faultlineWith(variables, folder, 'export', 'r', '--otlp', collector.url)
  await collector.close()
  expect(new Set(collector.taken.map(({ key }) => key))).toEqual(new Set(['a b']))
  expect(sent).toMatchObject({ code: 0, out: '' })
  expect(sent.err).toContain(`are with ${collector.url}`)
  const [hello, ...requests] = collector.taken
  expect(hello?.body).toEqual({ resourceSpans: [] })
  expect(requests.map(({ body }) => body)).toEqual(lines(file.out))
  const paths = requests.map(({ path, body }) => [path, Object.keys(body)[0]].join())
  expect(new Set(paths)).toEqual(
    new Set(['/v1/traces,resourceSpans', '/v1/metrics,resourceMetrics']),
  )
  expect(new Set(collector.taken.map(({ type }) => type))).toEqual(new Set(['application/json']))
})

test('what a collector does not take is said with its words; a busy one is asked again', async () => {
  const partial = { partialSuccess: { rejectedSpans: '3', errorMessage: 'too old' } }
  const collector = await fakeCollector([
    { status: 503 },
    { status: 200 },
    { status: 200, body: partial },
  ])
  const refused = await faultlineIn(folder, 'export', 'r', '--otlp', collector.url)
  await collector.close()
  expect(refused.code).toBe(5)
  expect(refused.err).toMatch(/refused 3 of \d+ spans: too old/)
  const gone = await faultlineIn(folder, 'export', 'r', '--otlp', collector.url)
  expect(gone.code).toBe(5)
  expect(gone.err).toMatch(/cannot be reached: ECONNREFUSED.*4318/)
})

test('flags that do not go together, and what is no address, are refused with a way out', async () => {
  const wrong = async (...flags: string[]) => {
    const { code, err } = await faultlineIn(folder, 'export', 'r', ...flags)
    expect(code).toBe(2)
    return err
  }
  expect(await wrong('--otlp', 'localhost:4318')).toContain('http://localhost:4318')
  expect(await wrong('--otlp', 'http://x:1', '--format', 'csv')).toContain('--format csv')
  expect(await wrong('--format', 'csv', '--all')).toContain('--all is for traces')
  rmSync(join(folder, 'r/record.jsonl'))
  expect(await wrong('--format', 'otlp')).toContain('no record.jsonl')
})
