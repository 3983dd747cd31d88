import { expect, test } from 'vitest'
import { Signal } from '../../../../harness/base/signal.ts'
import type { Change } from '../../../../harness/model/point.ts'
import { CallError } from '../../../../harness/ports/errors.ts'
import type { EventLog, LogRecord } from '../../../../harness/ports/log.ts'
import { BatchApplier } from '../../../../harness/systems/primary-replica/batch.ts'

const aRecord = (offset: number): LogRecord => ({
  topic: 'us.changes',
  partition: 0,
  offset,
  change: { id: offset, write: offset + 1 } as Change,
})

/** A log whose polls take a virtual 10 µs when they find something and all of their waiting time when not. */
function aBatch(batch: number, lingerUs: number) {
  const state = { us: 0, records: 0, read: 0, committed: 0, refuse: 0 }
  const applied: number[][] = []
  const clock = {
    wall: () => state.us,
    elapsed: () => state.us,
    sleep: async (us: number) => {
      state.us += us
    },
    within: <T>(_us: number, work: Promise<T>) => work,
  }
  const poll = async (max: number, waitUs: number) => {
    const found = Array.from({ length: Math.min(max, state.records - state.read) }, (_, i) =>
      aRecord(state.read + i),
    )
    state.us += found.length > 0 ? 10 : waitUs
    state.read += found.length
    return found
  }
  const join = async () => {
    state.read = state.committed
    const commit = async () => {
      state.committed = state.read
    }
    return { poll, commit }
  }
  const apply = async (changes: readonly Change[]) => {
    if (state.refuse-- > 0) throw new CallError('refused', { definite: true })
    applied.push(changes.map(({ id }) => id))
  }
  const log = { join } as unknown as EventLog
  const applier = new BatchApplier({
    ...{ clock, log, group: 'applier', topics: ['us.changes'] },
    ...{ batch, lingerUs, apply },
  })
  const runUntil = async (us: number) => {
    const stop = new Signal()
    const halting = async (max: number, waitUs: number) => {
      if (state.us >= us) stop.fire()
      return poll(max, waitUs)
    }
    Object.assign(log, {
      join: async () => ({ ...(await join()), poll: halting }),
    })
    await applier.run(stop)
  }
  return { state, applied, applier, runUntil }
}

test('a full batch is applied at once', async () => {
  const { state, applied, runUntil } = aBatch(3, 1_000_000)
  state.records = 7
  await runUntil(500_000)
  expect(applied).toEqual([
    [0, 1, 2],
    [3, 4, 5],
  ])
  expect(state.committed).toBe(6)
})

test('a batch that does not fill is applied after its linger', async () => {
  const { state, applied, runUntil } = aBatch(1024, 250_000)
  state.records = 2
  await runUntil(100_000)
  expect(applied).toEqual([])
  await runUntil(600_000)
  expect(applied).toEqual([[0, 1]])
})

test('without a linger a batch that never fills is never applied, nor committed', async () => {
  const { state, applied, runUntil } = aBatch(1024, 0)
  state.records = 1023
  await runUntil(600_000_000)
  expect(applied).toEqual([])
  expect(state.committed).toBe(0)
})

test('a drain applies all that the log holds, however small the batch', async () => {
  const { state, applied, applier, runUntil } = aBatch(1024, 0)
  state.records = 5
  const drained = applier.drain()
  await runUntil(300_000)
  await drained
  expect(applied).toEqual([[0, 1, 2, 3, 4]])
})

test('a batch that is refused is applied again, and committed only then', async () => {
  const { state, applied, runUntil } = aBatch(2, 0)
  state.records = 2
  state.refuse = 3
  await runUntil(2_000_000)
  expect(applied).toEqual([[0, 1]])
  expect(state.committed).toBe(2)
})
