import { expect, test } from 'vitest'
import { CallError, DeadlineError } from '../../../../harness/ports/errors.ts'
import {
  answerOf,
  readError,
  rootOf,
  writeError,
} from '../../../../harness/worlds/adapters/kafka-errors.ts'

/** An error as kafkajs makes them; its classes cannot be imported by name from an ES module. */
const kafkaError = (name: string, rest: object = {}, cause?: Error): Error =>
  Object.assign(new Error(`${name} said so`, { cause }), { name, ...rest })
const answered = (type: string): Error => kafkaError('KafkaJSProtocolError', { type, code: 3 })
const wrapped = (cause: Error): Error =>
  kafkaError(
    'KafkaJSNumberOfRetriesExceeded',
    {},
    kafkaError('KafkaJSNonRetriableError', {}, cause),
  )

const refused = kafkaError('KafkaJSConnectionError', { code: 'ECONNREFUSED' })
const one = { requests: 1, single: true }

test.each([
  ['a refused connection, nothing sent', refused, { requests: 0, single: true }, true],
  ['a refused connection after a request was sent', refused, one, false],
  ['a closed connection', kafkaError('KafkaJSConnectionClosedError'), one, false],
  ['no answer in time', kafkaError('KafkaJSRequestTimeoutError'), one, false],
  ['a deadline', new DeadlineError(), one, false],
  ['a deadline, nothing sent', new DeadlineError(), { requests: 0, single: true }, true],
  ['no such topic', answered('UNKNOWN_TOPIC_OR_PARTITION'), { requests: 1, single: false }, true],
  ['too large, alone', answered('MESSAGE_TOO_LARGE'), one, true],
  ['too large, with others', answered('MESSAGE_TOO_LARGE'), { requests: 1, single: false }, false],
  ['not the leader', answered('NOT_LEADER_FOR_PARTITION'), one, true],
  ['too few replicas before the append', answered('NOT_ENOUGH_REPLICAS'), one, true],
  ['too few replicas after it', answered('NOT_ENOUGH_REPLICAS_AFTER_APPEND'), one, false],
  ['the broker gave up waiting', answered('REQUEST_TIMED_OUT'), one, false],
  ['out of order', answered('OUT_OF_ORDER_SEQUENCE_NUMBER'), one, true],
  [
    'no such topic, at the second try',
    answered('UNKNOWN_TOPIC_OR_PARTITION'),
    { requests: 2, single: true },
    false,
  ],
  ['something new', answered('NEVER_HEARD_OF'), one, false],
  ['a stumble of kafkajs', new TypeError('x of undefined'), one, false],
])('appending: %s', (_what, thrown, circumstances, definite) => {
  for (const error of [thrown, wrapped(thrown)]) {
    if (error !== thrown && thrown instanceof CallError) continue
    const mapped = writeError(error, circumstances)
    expect(mapped).toBeInstanceOf(CallError)
    expect(mapped.definite).toBe(definite)
  }
})

test('a deadline stays a deadline, unless nothing was sent', () => {
  expect(writeError(new DeadlineError(), one)).toBeInstanceOf(DeadlineError)
  expect(writeError(new DeadlineError(), { requests: 0, single: true })).not.toBeInstanceOf(
    DeadlineError,
  )
})

test('reading has no effect, so every refusal is definite; only a deadline is not', () => {
  expect(readError(refused).definite).toBe(true)
  expect(readError(kafkaError('KafkaJSRequestTimeoutError')).definite).toBe(true)
  expect(readError(new DeadlineError()).definite).toBe(false)
})

test('what is said is what the chain of wrappers began with', () => {
  const root = answered('NOT_ENOUGH_REPLICAS')
  expect(rootOf(wrapped(root))).toBe(root)
  expect(readError(wrapped(root)).message).toBe(
    'Kafka: NOT_ENOUGH_REPLICAS: KafkaJSProtocolError said so',
  )
  expect(readError(refused).message).toBe('Kafka: ECONNREFUSED: KafkaJSConnectionError said so')
  expect(rootOf('no error at all').message).toBe('no error at all')
})

test('only a broker gives answers', () => {
  expect(answerOf(wrapped(answered('CONCURRENT_TRANSACTIONS')))).toBe('CONCURRENT_TRANSACTIONS')
  expect(answerOf(refused)).toBeUndefined()
  expect(answerOf(new DeadlineError())).toBeUndefined()
})
