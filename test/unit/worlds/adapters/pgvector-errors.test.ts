import { expect, test } from 'vitest'
import { CallError, DeadlineError } from '../../../../harness/ports/errors.ts'
import { callErrorOf, notConnected } from '../../../../harness/worlds/adapters/pgvector-errors.ts'

const said = (code: string) =>
  Object.assign(new Error(`said ${code}`), { code, severity: code[0] === '5' ? 'FATAL' : 'ERROR' })
const socket = (code: string) => Object.assign(new Error(`read ${code}`), { code })

test.each([
  // A statement that is refused is rolled back, whatever it wrote by then …
  ['42P01', 'write', true],
  ['23505', 'write', true],
  ['57014', 'write', true],
  ['53300', 'write', true],
  ['57P03', 'write', true],
  // … but not where the server went away under it, or says that it does not know.
  ['57P01', 'write', false],
  ['57P02', 'write', false],
  ['40003', 'write', false],
  ['08006', 'write', false],
  ['57P01', 'read', true],
] as const)('SQLSTATE %s of a %s: definite %s', (code, effect, definite) => {
  const error = callErrorOf(said(code), effect)
  expect(error).toBeInstanceOf(CallError)
  expect(error).toMatchObject({ definite, message: `PostgreSQL refused: said ${code} (${code})` })
})

test('a connection that breaks under a call leaves the outcome open', () => {
  expect(callErrorOf(socket('ECONNRESET'), 'write')).toMatchObject({ definite: false })
  expect(callErrorOf(socket('ECONNRESET'), 'read')).toMatchObject({ definite: false })
  expect(callErrorOf('odd', 'write')).toMatchObject({ definite: false })
})

test('a connection that was never made is definite, and a deadline never is', () => {
  expect(notConnected(socket('ECONNREFUSED'))).toMatchObject({
    ...{ definite: true, message: 'PostgreSQL client: no connection: read ECONNREFUSED' },
  })
  expect(notConnected(said('57P03'))).toMatchObject({ definite: true })
  const many = Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' })
  expect(notConnected(many).message).toContain('ECONNREFUSED')
  const late = new DeadlineError()
  expect(notConnected(late)).toBe(late)
  expect(callErrorOf(late, 'write')).toBe(late)
})
