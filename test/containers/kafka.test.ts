import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { SECOND } from '../../harness/model/units.ts'
import { CallError } from '../../harness/ports/errors.ts'
import type { Consumer, LogRecord } from '../../harness/ports/log.ts'
import type { KafkaLog, KafkaSetting } from '../../harness/worlds/adapters/kafka.ts'
import { groupLag } from '../../harness/worlds/adapters/kafka-admin.ts'
import type { Gap } from '../../harness/worlds/adapters/kafka-member.ts'
import { openTap, type Tapped } from '../../harness/worlds/adapters/kafka-tap.ts'
import { change, startKafka, type TestBroker, until } from './kafka-broker.ts'

const call = { op: 1, deadlineUs: 10 * SECOND }
const changes = (count: number, from = 1) =>
  Array.from({ length: count }, (_, i) => change(i % 17, from + i))
const writesOf = (records: readonly LogRecord[]) => records.map(({ change: { write } }) => write)
const said = (text: string) => process.stderr.write(`${text}\n`)

async function drained(consumer: Consumer): Promise<LogRecord[]> {
  const all: LogRecord[] = []
  for (;;) {
    const records = await consumer.poll(500, SECOND)
    if (records.length === 0) return all
    all.push(...records)
  }
}

describe.runIf(process.env['FAULTLINE_REQUIRE_DOCKER'] === '1')('a log on a real broker', () => {
  let broker: TestBroker
  const opened: { close(): Promise<void> }[] = []

  const open = async (setting: Partial<KafkaSetting> = {}): Promise<KafkaLog> => {
    const log = await broker.open(setting)
    opened.push(log)
    return log
  }
  const tapOn = async (topics: string[], onTruncated?: (topic: string, at: number[]) => void) => {
    const seen: Tapped[] = []
    const tap = await openTap({
      address: broker.address,
      clientId: 'test-tap',
      topics,
      now: () => performance.now() * 1000,
      onRecord: (record) => seen.push(record),
      onTruncated,
    })
    opened.push(tap)
    return seen
  }

  beforeAll(async () => {
    broker = await startKafka('kafka')
  }, 90_000)

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()))
  }, 30_000)

  afterAll(async () => {
    await broker?.stop()
  }, 60_000)

  test('a commit is reported, and the group tells the same lag to everyone', async () => {
    await broker.topics(['lag'])
    const commits: number[][] = []
    const log = await open({ onCommit: (_group, _topic, offsets) => commits.push(offsets) })
    await log.append('lag', changes(100), call)
    const consumer = await log.join('lag-readers', ['lag'])
    const first = await consumer.poll(40, 5 * SECOND)
    await consumer.commit()
    const lag = await groupLag(broker.address, 'lag-readers', ['lag', 'no-such-topic'])
    expect(lag).toHaveLength(4)
    expect(lag.reduce((sum, { committed, next }) => sum + next - committed, 0)).toBe(
      100 - first.length,
    )
    expect(commits).toEqual([lag.map(({ committed }) => committed)])
    expect(await groupLag(broker.address, 'nobody', ['no-such-topic'])).toEqual([])
    const never = await groupLag(broker.address, 'never-joined', ['lag'])
    expect(never.reduce((sum, { committed, next }) => sum + next - committed, 0)).toBe(100)
  }, 60_000)

  test('a second member of one log takes the place of the first at once', async () => {
    await broker.topics(['twice'])
    const log = await open()
    await log.append('twice', changes(50), call)
    const first = await log.join('twice', ['twice'])
    await first.poll(50, 5 * SECOND)
    const started = performance.now()
    const second = await log.join('twice', ['twice'])
    said(`a rejoin in one process took ${Math.round(performance.now() - started)} ms`)
    expect(performance.now() - started).toBeLessThan(2_000)
    expect(await drained(second)).toHaveLength(50)
    await expect(first.poll(1, 0)).rejects.toThrow(CallError)
    await expect(first.commit()).rejects.toThrow(CallError)
  }, 60_000)

  test('a member that was killed holds its group no longer than its session', async () => {
    await broker.topics(['orphan'])
    const log = await open()
    await log.append('orphan', changes(50), call)
    const program = fileURLToPath(new URL('kafka-member-process.ts', import.meta.url))
    const child = fork(program, [String(broker.address.port), 'orphan', 'orphan'], {
      execArgv: ['--import', 'tsx'],
    })
    expect((await once(child, 'message'))[0].polled).toBeGreaterThan(0)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const started = performance.now()
    const consumer = await log.join('orphan', ['orphan'])
    const tookMs = performance.now() - started
    said(`joined ${Math.round(tookMs)} ms after another member was killed`)
    expect(tookMs).toBeLessThan(6_000)
    expect(await drained(consumer)).toHaveLength(50)
  }, 60_000)

  test('slow work on a batch neither loses the membership nor holds ever more records', async () => {
    await broker.topics(['slow'])
    const log = await open()
    const batch = changes(500)
    for (let i = 0; i < 20; i++) await log.append('slow', batch, call)
    const consumer = await log.join('slow', ['slow'])
    const first = await consumer.poll(100, 5 * SECOND)
    await new Promise((resolve) => setTimeout(resolve, 7_000))
    await consumer.commit()
    expect(first.length + (await drained(consumer)).length).toBe(10_000)
  }, 60_000)

  test('topics that appear late are taken up by taps and by members', async () => {
    await broker.topics(['early'])
    const log = await open()
    const seen = await tapOn(['early', 'late'])
    await log.append('early', changes(5), call)
    const consumer = await log.join('late-readers', ['early', 'late'])
    expect(await drained(consumer)).toHaveLength(5)
    await consumer.commit()
    await broker.topics(['late'])
    const started = performance.now()
    await log.append('late', changes(7), call)
    await until(
      'the tap sees 12',
      5_000,
      () => seen.length,
      (count) => count === 12,
    )
    said(`a new topic reached the tap after ${Math.round(performance.now() - started)} ms`)
    await expect(
      until(
        'the member ends',
        5_000,
        async () => (await consumer.poll(1, 0)).length,
        () => false,
      ),
    ).rejects.toThrow('late appeared: join again')
    const again = await log.join('late-readers', ['early', 'late'])
    expect(await drained(again)).toHaveLength(7)
  }, 60_000)

  test('a join without any of its topics is refused, and says which', async () => {
    const log = await open()
    await expect(log.join('nothing', ['nowhere'])).rejects.toThrow(/no topic nowhere/)
    await expect(log.append('nowhere', changes(1), call)).rejects.toMatchObject({ definite: true })
    await expect(log.edges('nowhere', call)).rejects.toMatchObject({ definite: true })
  }, 60_000)

  test('what retention took is told to members, readers and taps, and never skipped in silence', async () => {
    await broker.topics(['short'], 1, 2_000)
    const gaps: Gap[] = []
    const cuts: number[][] = []
    const log = await open({ partitions: 1, onGap: (gap) => gaps.push(gap) })
    const seen = await tapOn(['short'], (_topic, firsts) => cuts.push(firsts))
    await log.append('short', changes(20), call)
    const consumer = await log.join('short', ['short'])
    const before = await consumer.poll(5, 5 * SECOND)
    await consumer.commit()
    await until(
      'retention',
      40_000,
      () => cuts.at(-1)?.[0] ?? 0,
      (first) => first === 20,
    )
    await log.append('short', changes(3, 21), call)
    const again = await log.join('short', ['short'])
    const after = await drained(again)
    expect(after.map(({ offset }) => offset)).toEqual([20, 21, 22])
    expect(before).toHaveLength(5)
    expect(gaps).toEqual([{ group: 'short', topic: 'short', partition: 0, from: 5, to: 20 }])
    expect((await log.read('short', 0, 0, 2, call)).map(({ offset }) => offset)).toEqual([20, 21])
    expect((await log.edges('short', call))[0]).toEqual({ first: 20, next: 23 })
    await until(
      'the tap',
      5_000,
      () => seen.length,
      (count) => count === 23,
    )
  }, 90_000)

  test('reading ends where the log ends', async () => {
    await broker.topics(['ranges'], 1)
    const log = await open({ partitions: 1 })
    await log.append('ranges', changes(30), call)
    const started = performance.now()
    expect(writesOf(await log.read('ranges', 0, 25, 100, call))).toEqual([26, 27, 28, 29, 30])
    said(`a read of one range took ${Math.round(performance.now() - started)} ms`)
    expect(await log.read('ranges', 0, 30, 100, call)).toEqual([])
    expect(writesOf(await log.read('ranges', 0, 0, 3, call))).toEqual([1, 2, 3])
    await expect(log.read('ranges', 1, 0, 3, call)).rejects.toThrow('no partition 1 of ranges')
  }, 60_000)

  test('a transactional producer appends all of a batch, and lag ends at zero', async () => {
    await broker.topics(['whole'])
    const log = await open({ producer: { mode: 'transactional', concurrentSends: false } })
    const seen = await tapOn(['whole'])
    const startedMs = performance.now()
    for (let i = 0; i < 20; i++) await log.append('whole', changes(10, i * 10 + 1), call)
    said(`20 transactions took ${Math.round(performance.now() - startedMs)} ms`)
    const consumer = await log.join('whole', ['whole'])
    const records = await drained(consumer)
    await consumer.commit()
    expect(new Set(writesOf(records)).size).toBe(200)
    expect(records).toHaveLength(200)
    expect(seen).toHaveLength(200)
    const lag = await groupLag(broker.address, 'whole', ['whole'])
    expect(lag.reduce((sum, { committed, next }) => sum + next - committed, 0)).toBe(0)
    const read = await Promise.all(
      [0, 1, 2, 3].map((partition) => log.read('whole', partition, 0, 1_000, call)),
    )
    expect(read.flat()).toHaveLength(200)
  }, 60_000)
})
