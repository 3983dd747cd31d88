import { moment } from '../../text/wording.ts'
import type { Op } from './op.ts'
import type { Version } from './versions.ts'

/** A version as a sentence names it. */
export function versionText({ id, write, deleted, ack, op }: Version): string {
  if (!op) return `the base version of id ${id}`
  const what = `${deleted ? 'delete' : 'upsert'} ${write} of id ${id}`
  const when =
    ack === Number.POSITIVE_INFINITY
      ? `sent at ${moment(op.dispatched ?? op.intended)}, never acknowledged`
      : `acknowledged at ${moment(ack)}`
  return `${what} (${op.client} at ${op.gateway}, ${when})`
}

/** Lines of the record where an operation begins and ends. */
export const linesOf = (op: Op | null): number[] =>
  op === null ? [] : op.endLine === 0 ? [op.line] : [op.line, op.endLine]

/** A read as a sentence names it: `fetch 9 of us/1, sent to eu and answered from us at 5.000 s`. */
export function readText({ kind, op, client, gateway, from, dispatched, intended }: Op): string {
  const elsewhere = from?.some((region) => region !== gateway)
  const answered = elsewhere ? ` and answered from ${from?.join(' and ')}` : ''
  return `${kind} ${op} of ${client}, sent to ${gateway}${answered} at ${moment(dispatched ?? intended)}`
}
