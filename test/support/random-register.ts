import type { Facts } from '../../harness/analysis/facts/facts.ts'
import { Rng } from '../../harness/base/rng.ts'
import { aRecord } from './record.ts'
import type { RegisterOp } from './wing-gong.ts'

/** A short random history of one id, as a record and as plain operations. */
export type RandomHistory = {
  ops: RegisterOp[]
  /** What the id begins with; null: nothing. */
  first: number | null
  facts: () => Facts
  text: string
}

type Drawn = RegisterOp & { op: number; what: 'upsert' | 'delete' | 'fetch'; failed: boolean }

/**
 * 2 … 9 operations of 3 clients within 14 ticks, so that many touch and overlap. Answers come from a real register
 * that does each at one moment; then, in most histories, some are replaced by whatever was written at any time.
 */
export function randomHistory(seed: number, over: { deletes?: number } = {}): RandomHistory {
  const rng = new Rng(seed)
  const inBase = rng.chance(0.5)
  const first = inBase ? 0 : null
  const deletes = over.deletes ?? (rng.chance(0.7) ? 0.5 : 0)
  const drawn = Array.from({ length: 2 + rng.int(8) }, (_, i) => draw(rng, i + 1, deletes))
  answer(rng, drawn, first)
  if (rng.chance(0.7)) disturb(rng, drawn, first)
  const id = inBase ? 2 : 9
  const kept = drawn.filter(({ failed }) => !failed)
  return {
    first,
    ops: kept.filter(({ kind, to }) => kind === 'write' || to !== Infinity),
    facts: () => recordOf(drawn, id).facts(),
    text: drawn
      .map(({ what, op, client, from, to, value, failed }) =>
        [what, op, 'of', client, from, to, failed ? 'failed' : '', 'value', value].join(' '),
      )
      .join('; '),
  }
}

function draw(rng: Rng, op: number, deletes: number): Drawn {
  const from = rng.int(14)
  const what = rng.chance(0.5) ? 'fetch' : rng.chance(deletes) ? 'delete' : 'upsert'
  const answered = rng.chance(0.85)
  const failed = !answered && rng.chance(0.3)
  return {
    op,
    what,
    failed,
    kind: what === 'fetch' ? 'read' : 'write',
    value: what === 'upsert' ? op : null,
    from,
    to: answered ? from + rng.int(6) : Number.POSITIVE_INFINITY,
    client: `c${rng.int(3)}`,
  }
}

/** Lets each take effect at a moment of its own between its beginning and its end. */
function answer(rng: Rng, drawn: Drawn[], first: number | null): void {
  const moments = drawn
    .filter(({ failed }) => !failed)
    .map((one) => ({ one, at: one.from + rng.uniform() * (Math.min(one.to, 20) - one.from) }))
  let value = first
  for (const { one } of moments.sort((a, b) => a.at - b.at))
    if (one.kind === 'read') one.value = value
    else if (one.to !== Infinity || rng.chance(0.5)) value = one.value
}

function disturb(rng: Rng, drawn: Drawn[], first: number | null): void {
  const values = [
    first,
    null,
    ...drawn.filter(({ kind }) => kind === 'write').map(({ value }) => value),
  ]
  for (const one of drawn)
    if (one.kind === 'read' && rng.chance(0.3)) one.value = values[rng.int(values.length)] ?? null
}

function recordOf(drawn: readonly Drawn[], id: number) {
  const record = aRecord()
  for (const { op, what, client, from, to, value, failed } of drawn) {
    const outcome: 'ok' | 'unknown' | 'fail' = failed ? 'fail' : to === Infinity ? 'unknown' : 'ok'
    const parts = { op, id, at: from, done: to === Infinity ? 100 : to, client, outcome }
    if (what === 'fetch') record.fetch({ ...parts, found: value })
    else if (what === 'delete') record.delete(parts)
    else record.upsert(parts)
  }
  return record
}
