import { expect, test } from 'vitest'
import { BASE_STAMP, type Change } from '../../harness/model/point.ts'
import { MS, SECOND } from '../../harness/model/units.ts'
import type { Clock } from '../../harness/ports/clock.ts'
import type { EventLog, LogRecord } from '../../harness/ports/log.ts'

export type LogUnderTest = {
  log: EventLog
  clock: Clock
  partitions: number
  drive: <T>(work: Promise<T>) => Promise<T>
}

const call = { op: 1, deadlineUs: 10 * SECOND }

const change = (id: number, write: number): Change => ({
  id,
  row: 1,
  write,
  stamp: BASE_STAMP,
  deleted: false,
  origin: 'us',
})

const many = (count: number): Change[] =>
  Array.from({ length: count }, (_, i) => change(i % 17, i + 1))

/** What every event log must do, in every world. */
export function eventLogContract(world: string, open: () => Promise<LogUnderTest>): void {
  const within = async (body: (it: LogUnderTest) => Promise<void>) => {
    const it = await open()
    await it.drive(body(it))
  }

  const drain = async (
    { poll }: { poll: (max: number, waitUs: number) => Promise<LogRecord[]> },
    max = 50,
  ) => {
    const all: LogRecord[] = []
    for (;;) {
      const records = await poll(max, 50 * MS)
      if (records.length === 0) return all
      all.push(...records)
    }
  }

  test(`${world}: a group reads everything once, in offset order per partition`, () =>
    within(async ({ log }) => {
      await log.append('t', many(200), call)
      const records = await drain(await log.join('g', ['t']))
      expect(new Set(records.map(({ change: { write } }) => write)).size).toBe(200)
      const next = new Map<number, number>()
      for (const { partition, offset } of records) {
        expect(offset).toBe(next.get(partition) ?? 0)
        next.set(partition, offset + 1)
      }
    }))

  test(`${world}: all changes of one id stand in one partition, in the order they were appended`, () =>
    within(async ({ log }) => {
      await log.append('t', many(200), call)
      const records = await drain(await log.join('g', ['t']))
      const partitions = new Map<number, Set<number>>()
      const lastWrite = new Map<number, number>()
      for (const {
        partition,
        change: { id, write },
      } of records) {
        partitions.set(id, (partitions.get(id) ?? new Set()).add(partition))
        expect(write).toBeGreaterThan(lastWrite.get(id) ?? 0)
        lastWrite.set(id, write)
      }
      expect([...partitions.values()].every((set) => set.size === 1)).toBe(true)
    }))

  test(`${world}: a member that comes back begins where the group committed, not where it had read`, () =>
    within(async ({ log }) => {
      await log.append('t', many(30), call)
      const first = await log.join('g', ['t'])
      await drain(first)
      await first.commit()
      await log.append('t', many(20), call)
      await drain(first)
      const records = await drain(await log.join('g', ['t']))
      expect(records).toHaveLength(20)
    }))

  test(`${world}: groups do not see each other's commits`, () =>
    within(async ({ log }) => {
      await log.append('t', many(10), call)
      const one = await log.join('one', ['t'])
      await drain(one)
      await one.commit()
      expect(await drain(await log.join('two', ['t']))).toHaveLength(10)
    }))

  test(`${world}: a poll waits for the first record and is answered when it comes`, () =>
    within(async ({ log, clock }) => {
      const consumer = await log.join('g', ['t'])
      const start = clock.elapsed()
      const polled = consumer.poll(10, 5 * SECOND)
      await clock.sleep(200 * MS)
      await log.append('t', [change(1, 1)], call)
      expect(await polled).toHaveLength(1)
      expect(clock.elapsed() - start).toBeLessThan(4 * SECOND)
    }))

  test(`${world}: edges and reads from an offset agree`, () =>
    within(async ({ log, partitions }) => {
      await log.append('t', many(60), call)
      const edges = await log.edges('t', call)
      expect(edges).toHaveLength(partitions)
      expect(edges.reduce((sum, { first, next }) => sum + next - first, 0)).toBe(60)
      const full = edges.findIndex(({ next }) => next > 3)
      const records = await log.read('t', full, 2, 2, call)
      expect(records.map(({ offset }) => offset)).toEqual([2, 3])
    }))
}
