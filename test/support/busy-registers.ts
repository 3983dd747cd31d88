import type { Facts } from '../../harness/analysis/facts/facts.ts'
import { Rng } from '../../harness/base/rng.ts'
import type { OpEnd, OpStart, RecordEvent } from '../../harness/model/record.ts'
import { factsFrom } from './history.ts'
import { aPlan } from './plan.ts'

/** Of ten operations five are fetches, four upserts and one a delete; of a hundred two are never answered. */
const UNANSWERED = 0.02

type Drawn = { start: OpStart; end: OpEnd; takes: number }

/**
 * What 20 clients did to some ids, several at a time to one id, answered by a real register for each: long histories
 * that are linearizable.
 */
export function busyRegisters(operations: number, ids: number, seed = 1): Facts {
  const rng = new Rng(seed)
  const drawn: Drawn[] = []
  for (let op = 1; op <= operations; op++) {
    const draw = rng.uniform()
    const kind = draw < 0.5 ? 'fetch' : draw < 0.9 ? 'upsert' : 'delete'
    const [id, client] = [rng.int(ids), `us/${rng.int(20)}`]
    // About three operations on an id at once.
    const t = rng.int(operations * 100)
    const done = t + 1 + rng.int(ids * 600)
    const at = { op, client, region: 'us', gateway: 'us' }
    const row = kind === 'upsert' ? { row: op % 100 } : {}
    const outcome = rng.chance(UNANSWERED) ? 'unknown' : 'ok'
    drawn.push({
      start: { type: 'op.start', t, kind, intended: t, id, ...row, ...at },
      end: { type: 'op.end', t: done, op, outcome, gateway: 'us', attempts: 1 },
      takes: t + rng.uniform() * (done - t),
    })
  }
  answer(drawn, ids)
  const plan = aPlan({ data: { set: 'line', base: ids >> 1 } })
  const events: RecordEvent[] = drawn.flatMap(({ start, end }) => [start, end])
  events.sort((a, b) => a.t - b.t)
  return factsFrom([{ type: 'plan', t: 0, faultline: 'test', plan }, ...events])
}

/** Half of the ids are in the base. */
function answer(drawn: readonly Drawn[], ids: number): void {
  const held = new Map<number, number | null>()
  for (const { start, end } of [...drawn].sort((a, b) => a.takes - b.takes)) {
    const id = start.id as number
    if (start.kind === 'upsert') held.set(id, start.op)
    else if (start.kind === 'delete') held.set(id, null)
    else if (end.outcome === 'ok') {
      const first = id < ids >> 1 ? 0 : null
      const write = held.has(id) ? (held.get(id) as number | null) : first
      end.ids = write === null ? [] : [id]
      end.writes = write === null ? [] : [write]
    }
  }
}
