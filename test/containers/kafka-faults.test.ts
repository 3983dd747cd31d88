import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { MS, SECOND } from '../../harness/model/units.ts'
import { CallError } from '../../harness/ports/errors.ts'
import type { Consumer } from '../../harness/ports/log.ts'
import type { KafkaLog } from '../../harness/worlds/adapters/kafka.ts'
import type { ProducerMode } from '../../harness/worlds/adapters/kafka-producer.ts'
import { openTap, type Tapped } from '../../harness/worlds/adapters/kafka-tap.ts'
import { change, startKafka, type TestBroker, until } from './kafka-broker.ts'

const call = { op: 1, deadlineUs: 10 * SECOND }
const said = (text: string) => process.stderr.write(`${text}\n`)
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Appends one change every `everyMs`, each under its own deadline, until told to stop. */
function appending(log: KafkaLog, topic: string, everyMs: number, deadlineUs: number) {
  const none = () => new Set<number>()
  const outcomes = { ok: none(), failed: none(), unknown: none() }
  const sent: Promise<void>[] = []
  let write = 0
  const one = async (number: number) => {
    try {
      await log.append(topic, [change(number % 17, number)], { op: number, deadlineUs })
      outcomes.ok.add(number)
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      const where = error.definite ? outcomes.failed : outcomes.unknown
      where.add(number)
    }
  }
  const timer = setInterval(() => sent.push(one(++write)), everyMs)
  const stop = async () => {
    clearInterval(timer)
    await Promise.all(sent)
    const { ok, failed, unknown } = outcomes
    said(`  ${ok.size} acknowledged, ${failed.size} failed, ${unknown.size} unknown`)
  }
  return { outcomes, stop }
}

/** An applier's loop: joins again when told that it must, and commits what it has seen. */
function applying(log: KafkaLog, group: string, topics: string[]) {
  const seen: number[] = []
  let rejoins = -1
  let over = false
  const loop = async () => {
    let consumer: Consumer | null = null
    while (!over)
      try {
        if (!consumer) rejoins++
        consumer ??= await log.join(group, topics)
        const records = await consumer.poll(100, 100 * MS)
        seen.push(...records.map(({ change: { write } }) => write))
        if (records.length > 0) await consumer.commit()
      } catch (error) {
        if (!(error instanceof CallError)) throw error
        consumer = null
        await sleep(300)
      }
  }
  const ended = loop()
  const stop = async () => {
    over = true
    await ended
    said(`  the applier saw ${seen.length} and joined again ${rejoins} times`)
  }
  return { seen, stop }
}

const missing = (wanted: Iterable<number>, seen: readonly number[]) => {
  const there = new Set(seen)
  return [...wanted].filter((write) => !there.has(write))
}

describe.runIf(process.env['FAULTLINE_REQUIRE_DOCKER'] === '1')('a broker that fails', () => {
  let broker: TestBroker
  const opened: { close(): Promise<void> }[] = []

  const open = async (mode: ProducerMode, concurrentSends = false) => {
    const log = await broker.open({ producer: { mode, concurrentSends } })
    opened.push(log)
    return log
  }
  const tapOn = async (topics: string[]) => {
    const seen: Tapped[] = []
    const setting = { address: broker.address, clientId: 'test-tap', topics, now: () => 0 }
    opened.push(await openTap({ ...setting, onRecord: (record) => seen.push(record) }))
    return seen
  }
  /** Every record of the topic, read past all groups. */
  const everything = async (log: KafkaLog, topic: string) => {
    const parts = [0, 1, 2, 3].map((partition) => log.read(topic, partition, 0, 100_000, call))
    return (await Promise.all(parts)).flat().map(({ change: { write } }) => write)
  }

  beforeAll(async () => {
    broker = await startKafka('kafka-faults')
  }, 90_000)

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()))
  }, 30_000)

  afterAll(async () => {
    await broker?.stop()
  }, 60_000)

  for (const mode of ['at-least-once', 'idempotent', 'transactional'] as const)
    test(`${mode}: killed and started, it has all that it acknowledged, and tap and applier go on`, async () => {
      const topic = `killed-${mode}`
      await broker.topics([topic])
      const log = await open(mode)
      const seen = await tapOn([topic])
      const applier = applying(log, topic, [topic])
      const load = appending(log, topic, 20, 2 * SECOND)
      await until(
        'appends',
        10_000,
        () => load.outcomes.ok.size,
        (count) => count > 20,
      )
      await broker.kill()
      await sleep(1_500)
      await broker.start()
      const startedMs = performance.now()
      const before = load.outcomes.ok.size
      await until(
        'appends again',
        30_000,
        () => load.outcomes.ok.size,
        (count) => count > before,
      )
      said(`${mode}: appends again ${Math.round(performance.now() - startedMs)} ms after the start`)
      await until(
        'more',
        30_000,
        () => load.outcomes.ok.size,
        (count) => count > before + 50,
      )
      await load.stop()
      const { ok, failed } = load.outcomes
      const all = await everything(log, topic)
      expect(missing(ok, all)).toEqual([])
      expect(all.filter((write) => failed.has(write))).toEqual([])
      if (mode !== 'at-least-once') expect(new Set(all).size).toBe(all.length)
      const gone = (writes: readonly number[]) => () => missing(all, writes)
      await until('applier', 20_000, gone(applier.seen), (left) => left.length === 0)
      const tapped = () => seen.map(({ change: { write } }) => write)
      await until(
        'tap',
        20_000,
        () => missing(all, tapped()),
        (left) => left.length === 0,
      )
      expect(tapped()).toHaveLength(all.length)
      await applier.stop()
    }, 120_000)

  for (const mode of ['at-least-once', 'idempotent', 'transactional'] as const)
    test(`${mode}: paused for 5 s, it leaves outcomes unknown, then all is well`, async () => {
      const topic = `paused-${mode}`
      await broker.topics([topic])
      const log = await open(mode)
      const applier = applying(log, topic, [topic])
      const load = appending(log, topic, 50, SECOND)
      await until(
        'appends',
        10_000,
        () => load.outcomes.ok.size,
        (count) => count > 20,
      )
      await broker.pause()
      await sleep(5_000)
      // A transaction whose end was never sent will not be seen: that is known.
      const { unknown: lost, failed: refused } = load.outcomes
      expect((mode === 'transactional' ? refused : lost).size).toBeGreaterThan(0)
      const before = load.outcomes.ok.size
      await broker.unpause()
      const resumedMs = performance.now()
      await until(
        'appends again',
        20_000,
        () => load.outcomes.ok.size,
        (count) => count > before,
      )
      said(`${mode}: appends again ${Math.round(performance.now() - resumedMs)} ms after the pause`)
      await sleep(2_000)
      await load.stop()
      const { ok, failed } = load.outcomes
      const all = await everything(log, topic)
      expect(missing(ok, all)).toEqual([])
      expect(all.filter((write) => failed.has(write))).toEqual([])
      if (mode !== 'at-least-once') expect(new Set(all).size).toBe(all.length)
      const left = () => missing(all, applier.seen)
      await until('applier', 20_000, left, (writes) => writes.length === 0)
      await applier.stop()
    }, 120_000)

  test('a member whose session ended while the broker was frozen gives no record twice', async () => {
    await broker.topics(['frozen'])
    const log = await open('at-least-once')
    const some = (from: number) => Array.from({ length: 40 }, (_, i) => change(i, from + i))
    await log.append('frozen', some(1), call)
    const consumer = await log.join('frozen', ['frozen'])
    const polled: number[] = []
    const poll = async () => {
      const records = await consumer.poll(100, 200 * MS)
      polled.push(...records.map(({ change: { write } }) => write))
      return polled.length
    }
    await until('all polled', 10_000, poll, (count) => count === 40)
    await broker.pause()
    await sleep(4_000)
    await broker.unpause()
    const end = poll().then(() => until('the end', 8_000, poll, () => false))
    await expect(end).rejects.toThrow()
    expect(new Set(polled).size).toBe(polled.length)
    const again = await log.join('frozen', ['frozen'])
    expect(await again.poll(100, 5 * SECOND)).not.toEqual([])
  }, 60_000)

  /** Appends through a pause of 9 s with patient callers; what was acknowledged and is not there, and what is there twice. */
  const throughPause = async (topic: string, concurrentSends: boolean) => {
    await broker.topics([topic])
    const log = await open('idempotent', concurrentSends)
    const load = appending(log, topic, 100, 40 * SECOND)
    await until(
      'appends',
      10_000,
      () => load.outcomes.ok.size,
      (count) => count > 10,
    )
    await broker.pause()
    await sleep(9_000)
    await broker.unpause()
    await sleep(2_000)
    await load.stop()
    const all = await everything(log, topic)
    const lost = missing(load.outcomes.ok, all).length
    said(`  ${lost} acknowledged and lost, ${all.length - new Set(all).size} there twice`)
    return { lost, twice: all.length - new Set(all).size }
  }

  test('kafkajs loses acknowledged records of an idempotent producer that sends side by side', async () => {
    expect((await throughPause('side-by-side', true)).lost).toBeGreaterThan(0)
  }, 120_000)

  test('sent one by one, nothing of an idempotent producer is lost or there twice', async () => {
    expect(await throughPause('one-by-one', false)).toEqual({ lost: 0, twice: 0 })
  }, 120_000)
})
