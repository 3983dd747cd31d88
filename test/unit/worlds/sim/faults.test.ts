import { expect, test } from 'vitest'
import type { FaultKind } from '../../../../harness/model/fault.ts'
import {
  BASE_STAMP,
  type Change,
  SENTINEL_ID,
  type StoredPoint,
} from '../../../../harness/model/point.ts'
import { MS, SECOND } from '../../../../harness/model/units.ts'
import { type Opened, openPorts } from '../../../support/ports.ts'

const call = { op: 1, deadlineUs: 60 * SECOND }
const change = (id: number, origin: string): Change => ({
  ...{ id, row: id, write: id, stamp: BASE_STAMP, deleted: false, origin },
})
const some = (from: number, count: number, origin = 'us'): Change[] =>
  Array.from({ length: count }, (_, i) => change(from + i, origin))

const inject = ({ world }: Opened, fault: FaultKind) =>
  world.faults.inject({ ...fault, name: 'f', atUs: 0, untilUs: 0 })
const pass = ({ terrain, drive }: Opened, us: number) => drive(terrain('eu').clock.sleep(us))

/** Writes in a region's topic, by partition and offset. */
async function written({ terrain, drive }: Opened, region: string, topic: string) {
  const { log } = terrain(region)
  const edges = await drive(log.edges(topic, call))
  const parts = edges.map(({ first }, p) => log.read(topic, p, first, 10_000, call))
  return (await drive(Promise.all(parts))).flat().map(({ change: { write } }) => write)
}
const sorted = (writes: readonly number[]) => [...writes].sort((a, b) => a - b)
const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i)

test('a region that is lost comes back with nothing: store, log and what its agent kept', async () => {
  const it = await openPorts()
  const { store, log, durable } = it.terrain('us')
  await it.drive(store.upsert(some(500, 3), call))
  await it.drive(log.append('t', some(500, 3), call))
  const group = await it.drive(log.join('g', ['t']))
  await it.drive(group.poll(10, 0))
  await group.commit()
  await durable.save('floor', 7)
  const force = await inject(it, { kind: 'region-loss', region: 'us' })
  await pass(it, SECOND)
  await force.heal()
  await pass(it, 40 * SECOND)
  const again = it.terrain('us')
  expect(again).not.toBe(it.terrains('us')[0])
  const ids = (await it.drive(again.store.scan(call))).map(({ id }) => id)
  expect(ids).toEqual([SENTINEL_ID])
  expect(await it.drive(again.log.edges('t', call))).toEqual([0, 0, 0].map(noRecord))
  expect(await again.durable.load('floor')).toBeUndefined()
  await it.drive(again.log.append('t', some(600, 4), call))
  const next = await it.drive(again.log.join('g', ['t']))
  expect(sorted((await it.drive(next.poll(10, SECOND))).map((r) => r.change.write))).toEqual(
    range(600, 4),
  )
})
const noRecord = () => ({ first: 0, next: 0 })

test('the record says that a lost region holds nothing, and that its log begins anew', async () => {
  const it = await openPorts()
  await it.drive(it.terrain('us').log.append('t', some(500, 3), call))
  await inject(it, { kind: 'region-loss', region: 'us' })
  const replaced = it.events.find((e) => e.type === 'store' && e.what === 'replaced')
  expect(replaced).toMatchObject({ ids: range(0, 100), writes: range(0, 100).map(() => -1) })
  const lost = it.events.filter((e) => e.type === 'log' && e.what === 'lost')
  expect(lost).toMatchObject([{ region: 'us', topic: 't', firsts: [0, 0, 0] }])
})

test('mirrors into a lost region copy all that is still there, and mirrors out of it begin anew', async () => {
  const it = await openPorts()
  await it.drive(it.terrain('eu').log.append('t', some(100, 30, 'eu'), call))
  await it.drive(it.terrain('us').log.append('t', some(500, 40), call))
  await pass(it, 2 * SECOND)
  expect(sorted(await written(it, 'us', 'eu.t'))).toEqual(range(100, 30))
  expect(sorted(await written(it, 'eu', 'us.t'))).toEqual(range(500, 40))
  const force = await inject(it, { kind: 'region-loss', region: 'us' })
  await force.heal()
  await pass(it, 10 * SECOND)
  expect(sorted(await written(it, 'us', 'eu.t'))).toEqual(range(100, 30))
  await it.drive(it.terrain('us').log.append('t', some(700, 3), call))
  await pass(it, 2 * SECOND)
  expect(sorted(await written(it, 'eu', 'us.t'))).toEqual([...range(500, 40), ...range(700, 3)])
})

test('what was on its way out of a lost log arrives, and the new log is copied from its start all the same', async () => {
  const it = await openPorts()
  await pass(it, SECOND)
  await it.drive(it.terrain('us').log.append('t', some(500, 40), call))
  await pass(it, 10 * MS)
  const force = await inject(it, { kind: 'region-loss', region: 'us' })
  await force.heal()
  await pass(it, 5 * SECOND)
  await it.drive(it.terrain('us').log.append('t', some(700, 60), call))
  await pass(it, 2 * SECOND)
  expect(sorted(await written(it, 'eu', 'us.t'))).toEqual([...range(500, 40), ...range(700, 60)])
})

test('a log whose disk is full refuses records for certain, and what it holds can be read', async () => {
  const it = await openPorts()
  const { log } = it.terrain('us')
  await it.drive(log.append('t', some(1, 5), call))
  await it.drive(it.terrain('eu').log.append('t', some(50, 5, 'eu'), call))
  const force = await inject(it, { kind: 'log-disk-full', region: 'us' })
  await expect(it.drive(log.append('t', some(6, 1), call))).rejects.toMatchObject({
    definite: true,
    message: 'no space left on the disk of the log',
  })
  await pass(it, 2 * SECOND)
  expect(sorted(await written(it, 'us', 't'))).toEqual(range(1, 5))
  expect(await written(it, 'us', 'eu.t')).toEqual([])
  await force.heal()
  await pass(it, 2 * SECOND)
  await it.drive(log.append('t', some(7, 1), call))
  expect(sorted(await written(it, 'us', 't'))).toEqual([1, 2, 3, 4, 5, 7])
  // Mirrors try again: a full disk delays copies, it does not lose them.
  expect(sorted(await written(it, 'us', 'eu.t'))).toEqual(range(50, 5))
})

test('with one of three brokers lost appends wait until it is given up, 9 s, and then go on', async () => {
  const it = await openPorts()
  const { log, clock } = it.terrain('us')
  await it.drive(log.append('t', some(1, 1), call))
  const sinceUs = clock.elapsed()
  await inject(it, { kind: 'broker-loss', region: 'us', count: 1 })
  const waiting = log.append('t', some(2, 1), call)
  await pass(it, 5 * SECOND)
  expect(await written(it, 'us', 't')).toEqual([1])
  await it.drive(waiting)
  expect(clock.elapsed() - sinceUs).toBe(9 * SECOND)
  const againUs = clock.elapsed()
  await it.drive(log.append('t', some(3, 1), call))
  expect(clock.elapsed() - againUs).toBe(MS)
  expect(sorted(await written(it, 'us', 't'))).toEqual([1, 2, 3])
})

test('a broker that is back before it was given up lets what waited go first', async () => {
  const it = await openPorts()
  const { log, clock } = it.terrain('us')
  const sinceUs = clock.elapsed()
  const force = await inject(it, { kind: 'broker-loss', region: 'us', count: 1 })
  const one = { ...change(1, 'us'), write: 1 }
  const waiting = log.append('t', [one], call)
  await pass(it, 2 * SECOND)
  await force.heal()
  await it.drive(Promise.all([waiting, log.append('t', [{ ...one, write: 2 }], call)]))
  expect(clock.elapsed() - sinceUs).toBe(2 * SECOND + MS)
  expect(await written(it, 'us', 't')).toEqual([1, 2])
})

test('with two of three brokers lost appends are refused for certain, and reads go on', async () => {
  const it = await openPorts()
  const { log } = it.terrain('us')
  await it.drive(log.append('t', some(1, 5), call))
  const first = await inject(it, { kind: 'broker-loss', region: 'us', count: 1 })
  const second = await inject(it, { kind: 'broker-loss', region: 'us', count: 1 })
  const refused = { definite: true, message: 'not enough replicas' }
  await expect(it.drive(log.append('t', some(6, 1), call))).rejects.toMatchObject(refused)
  expect(sorted(await written(it, 'us', 't'))).toEqual(range(1, 5))
  await first.heal()
  await it.drive(log.append('t', some(7, 1), call))
  await second.heal()
  expect(sorted(await written(it, 'us', 't'))).toEqual([1, 2, 3, 4, 5, 7])
})

test('a stalled mirror copies nothing and says nothing; started again it leaves no hole', async () => {
  const it = await openPorts()
  const { log } = it.terrain('us')
  await it.drive(log.append('t', some(1, 20), call))
  await pass(it, 3 * SECOND)
  const before = it.events.length
  const force = await inject(it, { kind: 'mirror-stall', links: [{ from: 'us', to: 'eu' }] })
  await it.drive(log.append('t', some(21, 20), call))
  await pass(it, 5 * SECOND)
  expect(await written(it, 'eu', 'us.t')).toHaveLength(20)
  expect(it.events.slice(before).filter(({ type }) => type === 'mirror')).toEqual([])
  await force.heal()
  await pass(it, 2 * SECOND)
  expect(sorted(await written(it, 'eu', 'us.t'))).toEqual(range(1, 40))
})

test('a stall that a restart of the whole mirror ended is not ended twice', async () => {
  const it = await openPorts()
  const stall = await inject(it, { kind: 'mirror-stall', links: [{ from: 'us', to: 'eu' }] })
  const crash = await inject(it, { kind: 'region-crash', region: 'eu' })
  await crash.heal()
  await it.drive(it.terrain('us').clock.sleep(10 * SECOND))
  await stall.heal()
  await it.drive(it.terrain('us').log.append('t', some(1, 20), call))
  await it.drive(it.terrain('us').clock.sleep(2 * SECOND))
  expect(sorted(await written(it, 'eu', 'us.t'))).toEqual(range(1, 20))
})

test('a strobing clock is off and true by turns, and true in the end; elapsed time never steps', async () => {
  const it = await openPorts()
  const { clock } = it.terrain('us')
  const fault = { offsetUs: SECOND, everyUs: 500 * MS }
  const force = await inject(it, { kind: 'clock-strobe', region: 'us', ...fault })
  const off: number[] = []
  await pass(it, 250 * MS)
  for (let i = 0; i < 4; i++) {
    off.push(clock.wall() - it.world.clock.now())
    expect(clock.elapsed()).toBe(it.world.clock.now())
    await pass(it, 500 * MS)
  }
  expect(off).toEqual([SECOND, 0, SECOND, 0])
  await force.heal()
  await pass(it, 10 * SECOND)
  expect(clock.wall()).toBe(it.world.clock.now())
})

test('an index that is rebuilt slows searches alone, and its graphs are new ones over what lives', async () => {
  const index = { kind: 'hnsw', m: 16, efConstruction: 100, ef: 200 } as const
  const it = await openPorts({ index: { ...index, sealAt: 1000, compactAt: 0.9 } })
  const { store, clock } = it.terrain('us')
  const tombstone: StoredPoint = { ...change(3, 'us'), row: -1, write: 9, deleted: true }
  await it.drive(store.remove([tombstone], call))
  await pass(it, SECOND)
  const took = async (work: () => Promise<unknown>) => {
    const sinceUs = clock.elapsed()
    await it.drive(work())
    return clock.elapsed() - sinceUs
  }
  const search = () => store.search({ query: 0, k: 10, consistency: 'bounded' }, call)
  const fetch = () => store.fetch([1], 'bounded', call)
  const force = await inject(it, { kind: 'index-rebuild', region: 'us', factor: 3 })
  expect(await took(search)).toBe(6 * MS)
  expect(await took(fetch)).toBe(MS)
  await force.heal()
  expect(await took(search)).toBe(2 * MS)
  const all = await it.drive(store.search({ query: 0, k: 200, consistency: 'bounded' }, call))
  expect(sorted(all.map(({ id }) => id))).toEqual(range(0, 100).filter((id) => id !== 3))
  const built = it.events.flatMap((e) => (e.type === 'store' && e.what === 'compacted' ? [e] : []))
  expect(built).toMatchObject([{ segment: 2, ids: range(0, 100).filter((id) => id !== 3) }])
})
