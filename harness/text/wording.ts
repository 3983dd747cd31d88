import type { Op } from '../analysis/facts/op.ts'
import type { Version } from '../analysis/facts/versions.ts'
import type { Us } from '../model/units.ts'

/** A length in seconds: `12.345 s`. */
export const seconds = (us: Us): string => `${(us / 1_000_000).toFixed(3)} s`

/** A moment as the record has it, marked for `sinceWarmup`: who words a finding need not know where counting begins. */
export const moment = (us: Us): string => `‹${seconds(us)}›`

/** A sentence with its moments counted from the end of warm-up, as a scenario counts them: `12.345 s`, `-0.500 s`. */
export const sinceWarmup = (sentence: string, warmupUs: Us): string =>
  sentence.replace(/‹(-?[\d.]+) s›/g, (_, text) => seconds(Number(text) * 1_000_000 - warmupUs))

/** `1 write`, `2,000 writes`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`
}

/** Thousands apart by commas, the same everywhere: no locale. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

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
