import { CallError, DeadlineError } from '../../ports/errors.ts'

/**
 * Answers by which a broker says that it appended nothing. `topic`: of the whole request to that topic; `partition`: of
 * one partition alone, while the others of the same request may have been appended. Kafka's names of its errors.
 */
const refusals = new Map<string, 'topic' | 'partition'>([
  ['UNKNOWN_TOPIC_OR_PARTITION', 'topic'],
  ['INVALID_TOPIC_EXCEPTION', 'topic'],
  ['TOPIC_AUTHORIZATION_FAILED', 'topic'],
  ['CLUSTER_AUTHORIZATION_FAILED', 'topic'],
  ['TRANSACTIONAL_ID_AUTHORIZATION_FAILED', 'topic'],
  ['INVALID_REQUIRED_ACKS', 'topic'],
  ['UNSUPPORTED_VERSION', 'topic'],
  ['LEADER_NOT_AVAILABLE', 'partition'],
  ['NOT_LEADER_FOR_PARTITION', 'partition'],
  ['NOT_ENOUGH_REPLICAS', 'partition'],
  ['MESSAGE_TOO_LARGE', 'partition'],
  ['RECORD_LIST_TOO_LARGE', 'partition'],
  ['CORRUPT_MESSAGE', 'partition'],
  ['INVALID_TIMESTAMP', 'partition'],
  ['OUT_OF_ORDER_SEQUENCE_NUMBER', 'partition'],
  ['UNKNOWN_PRODUCER_ID', 'partition'],
  ['INVALID_PRODUCER_EPOCH', 'partition'],
  ['PRODUCER_FENCED', 'partition'],
  ['INVALID_TXN_STATE', 'partition'],
])

/** What kafkajs attaches to its errors; its classes cannot be imported by name, so its names are what we go by. */
type Thrown = { name?: string; type?: string; code?: string | number; cause?: unknown }

/** The error that a chain of kafkajs wrappers began with. */
export function rootOf(thrown: unknown): Error {
  let error = thrown
  for (let depth = 0; depth < 8; depth++) {
    const { cause } = error as Thrown
    if (!(cause instanceof Error)) break
    error = cause
  }
  return error instanceof Error ? error : new Error(String(error))
}

/** Kafka's name for what a broker answered, `CONCURRENT_TRANSACTIONS`; undefined if no broker answered. */
export const answerOf = (thrown: unknown): string | undefined => {
  const { name, type } = rootOf(thrown) as Thrown
  return name === 'KafkaJSConnectionError' ? undefined : type
}

/** A call that changes nothing: whatever went wrong, it had no effect. Only the deadline stays what it is. */
export const readError = (thrown: unknown): CallError =>
  thrown instanceof CallError ? thrown : new CallError(wording(thrown), { definite: true })

/**
 * A call that may have changed something. `requests`: how many requests that change something were written to the
 * connection for it; kafkajs tells only how the *last* thing it tried went wrong, which may be a refused reconnect
 * after a request whose answer was lost. `single`: all it carried was for one partition.
 */
export function writeError(
  thrown: unknown,
  { requests, single }: { requests: number; single: boolean },
): CallError {
  if (requests === 0) {
    const why = thrown instanceof DeadlineError ? 'deadline' : wording(thrown)
    return new CallError(`nothing was sent: ${why}`, { definite: true })
  }
  if (thrown instanceof CallError) return thrown
  const scope = refusals.get(answerOf(thrown) ?? '')
  const definite = requests === 1 && (scope === 'topic' || (scope === 'partition' && single))
  return new CallError(wording(thrown), { definite })
}

function wording(thrown: unknown): string {
  const root = rootOf(thrown)
  const { type, code } = root as Thrown
  return `Kafka: ${[type ?? code, root.message].filter((part) => part !== undefined).join(': ')}`
}
