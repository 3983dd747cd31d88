import { CallError } from '../../ports/errors.ts'

/** Whether a call could change anything: what a failed read meant to do is certainly not done. */
export type Effect = 'read' | 'write'

/**
 * SQLSTATEs after which a statement may have taken effect: the server went away under it, or says itself that it does
 * not know. Every other error it answers has rolled the statement back.
 */
const unknownStates = new Set(['40003', '57P01', '57P02'])
const CONNECTION_EXCEPTION = '08'

/** What the client or a server's answer rejected with, as a port rejects. */
export function callErrorOf(thrown: unknown, effect: Effect): CallError {
  if (thrown instanceof CallError) return thrown
  const { message, state } = saidIn(thrown)
  if (state === null) return new CallError(`PostgreSQL client: ${message}`, { definite: false })
  const unknown = unknownStates.has(state) || state.startsWith(CONNECTION_EXCEPTION)
  const definite = effect === 'read' || !unknown
  return new CallError(`PostgreSQL refused: ${message} (${state})`, { definite })
}

/** A connection that was never made: nothing was asked of the server. */
export function notConnected(thrown: unknown): CallError {
  if (thrown instanceof CallError) return thrown
  const { message, state } = saidIn(thrown)
  const why = state === null ? message : `${message} (${state})`
  return new CallError(`PostgreSQL client: no connection: ${why}`, { definite: true })
}

/** `state`: the SQLSTATE of an answer of the server; null where the client itself failed. */
function saidIn(thrown: unknown): { message: string; state: string | null } {
  if (!(thrown instanceof Error)) return { message: String(thrown), state: null }
  const { code, severity } = thrown as { code?: unknown; severity?: unknown }
  const said = typeof severity === 'string' && typeof code === 'string'
  // Of several addresses that all refuse, Node gives one error with an empty message.
  const message = thrown.message || String(code ?? thrown.name)
  return { message, state: said ? code : null }
}
