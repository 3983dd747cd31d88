import { expect, test } from 'vitest'
import { CallError, DeadlineError } from '../../../../harness/ports/errors.ts'
import { accepted, callErrorOf } from '../../../../harness/worlds/adapters/milvus-errors.ts'

const grpc = (code: number, details: string) =>
  Object.assign(new Error(`${code} ${details}`), { code, details })

test('only success is accepted, in a status or as a whole', () => {
  const inside = { status: { error_code: 'Success', code: 0 }, data: [1] }
  const whole = { error_code: 'Success', reason: '' }
  expect(accepted(inside, 'read')).toBe(inside)
  expect(accepted(whole, 'write')).toBe(whole)
  const halfway = { status: { error_code: 'Success', code: 101, reason: 'not loaded' } }
  expect(() => accepted(halfway, 'read')).toThrow(/not loaded/)
  expect(() => accepted({}, 'write')).toThrow(/without a status/)
  expect(() => accepted(undefined, 'write')).toThrow(/without a status/)
})

test.each([
  // What a server says before a write is in its log …
  ['UnexpectedError', 1, 'write', true],
  ['UnexpectedError', 3, 'write', true],
  ['UnexpectedError', 4, 'write', true],
  ['UnexpectedError', 7, 'write', true],
  ['RateLimit', 8, 'write', true],
  ['ForceDeny', 9, 'write', true],
  ['CollectionNotExists', 100, 'write', true],
  ['IllegalArgument', 1100, 'write', true],
  ['SchemaMismatch', undefined, 'write', true],
  // … what it may say after, and the catch-all …
  ['UnexpectedError', 2, 'write', false],
  ['UnexpectedError', 5, 'write', false],
  ['UnexpectedError', 65535, 'write', false],
  ['UnexpectedError', undefined, 'write', false],
  // … and a read has no effect either way.
  ['UnexpectedError', 101, 'read', true],
  ['UnexpectedError', 65535, 'read', true],
] as const)('status %s (%s) of a %s: definite %s', (error_code, code, effect, definite) => {
  const status = { error_code, code, reason: 'why' }
  expect(callErrorOf({ status }, effect)).toMatchObject({ definite })
  // The SDK also throws a status as it is, with a code that is none of gRPC's.
  expect(callErrorOf(status, effect)).toMatchObject({ definite })
})

test.each([
  [1, 'Cancelled on client', false],
  [2, 'unknown', false],
  [7, 'permission denied', true],
  [8, 'message larger than max', false],
  [12, 'unknown method', true],
  [13, 'Received RST_STREAM with code 2', false],
  [14, 'Connection dropped', false],
  [14, 'read ECONNRESET', false],
  [14, 'No connection established. Last error: connect ECONNREFUSED', true],
  [14, 'Name resolution failed for target dns:nowhere', true],
  [14, 'Channel closed before call started', true],
  [14, 'Stream refused by server', true],
  [16, 'not authenticated', true],
])('gRPC %s %s: definite %s', (code, details, definite) => {
  const error = callErrorOf(grpc(code, details), 'write')
  expect(error).toMatchObject({ definite, message: expect.stringContaining(details) })
  expect(error).not.toBeInstanceOf(DeadlineError)
})

test('gRPC 4 is a deadline, even where the call was still waiting for a connection', () => {
  const error = callErrorOf(grpc(4, 'Deadline exceeded after 0.5s, Waiting for LB pick'), 'write')
  expect(error).toBeInstanceOf(DeadlineError)
  expect(error.definite).toBe(false)
})

test('what the SDK stumbles over is of unknown outcome, and a CallError stays what it is', () => {
  const stumble = new TypeError("Cannot read properties of undefined (reading 'map')")
  expect(callErrorOf(stumble, 'write')).toMatchObject({ definite: false })
  const known = new CallError('known', { definite: true })
  expect(callErrorOf(known, 'write')).toBe(known)
})
