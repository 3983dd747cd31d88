import { CallError, DeadlineError } from '../../ports/errors.ts'

/**
 * Whether a call could change anything. A read the server refused is definite whatever the reason; a write only
 * where the refusal comes before the change is handed to the server's own log.
 */
export type Effect = 'read' | 'write'

/** What every answer of a Milvus server carries, in `status` or as a whole. */
type Status = { error_code?: unknown; code?: unknown; reason?: unknown }

/** Numbers by which a server (2.3 and later) refuses a change before it is in its log. */
const refusedByCode = new Map<number, string>([
  [1, 'not ready'],
  [3, 'over its memory limit'],
  [4, 'too many requests'],
  [7, 'over its disk limit'],
  [8, 'rate limit'],
  [9, 'writing is denied'],
  [100, 'no such collection'],
  [1100, 'illegal argument'],
])

/** The same by name, for servers and answers without numbers. */
const refusedByName = new Set([
  'CollectionNotExists',
  'IllegalArgument',
  'RateLimit',
  'SchemaMismatch',
])

const DEADLINE_EXCEEDED = 4
const UNAVAILABLE = 14

/** gRPC codes that a server gives before it looks at a request. */
const refusedByGrpc = new Map<number, string>([
  [7, 'permission denied'],
  [12, 'call not known to the server'],
  [16, 'not authenticated'],
])

/** What gRPC says of an UNAVAILABLE call that has not left this process, or that HTTP/2 promises was not looked at. */
const neverSent = [
  'No connection established',
  'Name resolution failed',
  'Channel closed before call started',
  'Stream refused by server',
]

/**
 * The answer, if its status says success. Throws a CallError otherwise: also for an answer without any status,
 * which is what the SDK makes of a call that the server does not implement.
 */
export function accepted<T>(answer: T, effect: Effect): T {
  const status = statusOf(answer)
  if (!status)
    throw new CallError('Milvus answered without a status: does this server know the call?', {
      definite: effect === 'read',
    })
  if (status.error_code === 'Success' && Number(status.code ?? 0) === 0) return answer
  throw refusal(status, effect)
}

/** What a call of the SDK rejected with, as a port rejects. */
export function callErrorOf(thrown: unknown, effect: Effect): CallError {
  if (thrown instanceof CallError) return thrown
  if (!(thrown instanceof Error)) {
    const status = statusOf(thrown)
    if (status) return refusal(status, effect)
    return new CallError(`Milvus client: ${JSON.stringify(thrown)}`, { definite: false })
  }
  const code = (thrown as { code?: unknown }).code
  if (typeof code !== 'number')
    // The SDK stumbles over answers it does not expect: what the server did with the call is not known.
    return new CallError(`Milvus client: ${thrown.message}`, { definite: false })
  return grpcError(code, thrown)
}

function grpcError(code: number, thrown: Error): CallError {
  if (code === DEADLINE_EXCEEDED) return new DeadlineError(`Milvus: ${thrown.message}`)
  const details = String((thrown as { details?: unknown }).details ?? thrown.message)
  const definite =
    refusedByGrpc.has(code) ||
    (code === UNAVAILABLE && neverSent.some((start) => details.includes(start)))
  return new CallError(`Milvus: ${thrown.message}`, { definite })
}

function refusal(status: Status, effect: Effect): CallError {
  const { error_code: name, code, reason } = status
  const definite =
    effect === 'read' || refusedByCode.has(Number(code)) || refusedByName.has(String(name))
  return new CallError(`Milvus refused: ${name} (${code ?? 'no code'}): ${reason}`, { definite })
}

function statusOf(answer: unknown): Status | null {
  if (typeof answer !== 'object' || answer === null) return null
  const { status } = answer as { status?: unknown }
  if (typeof status === 'object' && status !== null) return status
  return 'error_code' in answer ? answer : null
}
