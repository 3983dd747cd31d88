import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { OtlpRequest } from '../../reports/export/otlp.ts'
import { EnvironmentError, UsageError } from '../model/errors.ts'

/** What the OTLP exporters of OpenTelemetry wait for an answer. */
const ANSWER_MS = 10_000
/** These answers ask to try again. */
const LATER = [429, 502, 503, 504]
const ATTEMPTS = 5
const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 30_000

export type Collector = {
  url: string
  /** Rejects with an EnvironmentError where it is not there, or does not take all of it. */
  send: (request: OtlpRequest) => Promise<void>
}

/** A collector by the address of its OTLP/HTTP receiver. Throws a UsageError where that is none. */
export function collectorAt(address: string): Collector {
  const url = URL.canParse(address) ? new URL(address) : null
  if (!url || !/^https?:$/.test(url.protocol))
    throw new UsageError(
      `"${address}" is no address of a collector. Write it as http://localhost:4318, where OTLP/HTTP is received.`,
    )
  const base = address.replace(/\/+$/, '')
  return {
    url: base,
    send: async ({ signal, count, body }) => {
      const answer = await asked(`${base}/v1/${signal}`, gzipSync(body))
      const { rejected, message } = rejectedOf(answer)
      if (rejected > 0)
        throw new EnvironmentError(
          `${base} refused ${rejected} of ${count} ${signal === 'traces' ? 'spans' : 'data points'}: ${message}`,
        )
    },
  }
}

/** The answer of a collector that took a request. */
async function asked(url: string, body: Uint8Array): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const response = await posted(url, body)
    const text = await response.text()
    if (response.ok) return text
    if (!LATER.includes(response.status) || attempt === ATTEMPTS)
      throw new EnvironmentError(
        `${url} answered ${response.status} ${response.statusText}${text === '' ? '' : `: ${text.slice(0, 500)}`}. ` +
          'It has to be the OTLP/HTTP receiver of a collector, usually at port 4318.',
      )
    await sleep(waitMs(response, attempt))
  }
}

async function posted(url: string, body: Uint8Array): Promise<Response> {
  const headers = {
    ...headersWanted(process.env['OTEL_EXPORTER_OTLP_HEADERS']),
    'content-type': 'application/json',
    'content-encoding': 'gzip',
  }
  try {
    const signal = AbortSignal.timeout(ANSWER_MS)
    return await fetch(url, { method: 'POST', headers, body: new Uint8Array(body), signal })
  } catch (error) {
    const { name, message, cause } = error as Error & {
      cause?: { code?: string; message?: string }
    }
    const why =
      name === 'TimeoutError'
        ? `it gave no answer within ${ANSWER_MS / 1000} s`
        : (cause?.code ?? cause?.message ?? message)
    throw new EnvironmentError(
      `${url} cannot be reached: ${why}. Is a collector there, with an OTLP receiver for HTTP? It usually listens at port 4318; 4317 is gRPC.`,
    )
  }
}

/** Headers as exporters of OpenTelemetry are given them, for collectors that ask for a key: `name=value,other=value`. */
function headersWanted(text = ''): Record<string, string> {
  const pairs = text.split(',').flatMap((pair): [string, string][] => {
    const [, name, value] = /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(pair) ?? []
    return name === undefined || value === undefined ? [] : [[name, decoded(value)]]
  })
  return Object.fromEntries(pairs)
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

function waitMs(response: Response, attempt: number): number {
  const asks = Number(response.headers.get('retry-after')) * 1000
  const own = FIRST_WAIT_MS * 2 ** (attempt - 1)
  return Math.min(LONGEST_WAIT_MS, asks > 0 ? asks : own)
}

/** A collector may take a part, and says so in an answer that is otherwise a good one. */
function rejectedOf(answer: string): { rejected: number; message: string } {
  const none = { rejected: 0, message: '' }
  try {
    const { partialSuccess } = JSON.parse(answer)
    if (!partialSuccess) return none
    const {
      rejectedSpans = 0,
      rejectedDataPoints = 0,
      errorMessage = 'it does not say why',
    } = partialSuccess
    return { rejected: Number(rejectedSpans) + Number(rejectedDataPoints), message: errorMessage }
  } catch {
    return none
  }
}
