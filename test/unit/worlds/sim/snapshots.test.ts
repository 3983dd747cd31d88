import { expect, test } from 'vitest'
import type { FaultKind } from '../../../../harness/model/fault.ts'
import { BASE_STAMP, type StoredPoint } from '../../../../harness/model/point.ts'
import { MS, SECOND } from '../../../../harness/model/units.ts'
import type { Collections, Snapshots } from '../../../../harness/ports/store.ts'
import type { World } from '../../../../harness/ports/world.ts'
import { openPorts } from '../../../support/ports.ts'

const call = { op: 0, deadlineUs: 10 * SECOND }
const points = (count: number): StoredPoint[] =>
  Array.from({ length: count }, (_, id) => ({
    ...{ id, row: id, write: id + 1, stamp: BASE_STAMP, deleted: false },
  }))
const offsets = { t: [3, 4, 5] }

async function open() {
  const opened = await openPorts({}, { needs: ['snapshots', 'collections'] })
  const snapshots = (region: string) => opened.terrain(region).snapshots as Snapshots
  return { ...opened, snapshots }
}

const during = async (world: World, fault: FaultKind, work: () => Promise<void>) => {
  const force = await world.faults.inject({ ...fault, name: 'f', atUs: 0, untilUs: 0 })
  await work()
  await force.heal()
}

test('an agent has snapshots only if its system needs them', async () => {
  expect((await openPorts()).terrain('us').snapshots).toBeUndefined()
})

test('a region finds the last snapshot it saved, and no other region does', async () => {
  const { drive, snapshots } = await open()
  expect(await drive(snapshots('us').latest(call))).toBeUndefined()
  await drive(snapshots('us').save({ points: points(3), offsets: {} }, call))
  const last = { points: points(5), offsets }
  await drive(snapshots('us').save(last, call))
  expect(await drive(snapshots('us').latest(call))).toEqual(last)
  expect(await drive(snapshots('eu').latest(call))).toBeUndefined()
})

test('a snapshot takes as long as a scan of its points, and 50 ms', async () => {
  const { drive, snapshots, world } = await open()
  const took = async (work: () => Promise<unknown>) => {
    const sinceUs = world.clock.now()
    await drive(work())
    return world.clock.now() - sinceUs
  }
  expect(await took(() => snapshots('us').latest(call))).toBe(50 * MS)
  const snapshot = { points: points(2000), offsets }
  expect(await took(() => snapshots('us').save(snapshot, call))).toBe(250 * MS)
  expect(await took(() => snapshots('us').latest(call))).toBe(250 * MS)
})

test('a snapshot outlives its region, disks included', async () => {
  const { drive, snapshots, world, terrain } = await open()
  await drive(snapshots('us').save({ points: points(5), offsets }, call))
  await during(world, { kind: 'region-loss', region: 'us' }, async () => {})
  await drive(terrain('eu').clock.sleep(40 * SECOND))
  expect(await drive(snapshots('us').latest(call))).toEqual({ points: points(5), offsets })
})

test('what its maker did not live to send leaves nothing: the one before is still the last', async () => {
  const { drive, snapshots, world, terrain } = await open()
  await drive(snapshots('us').save({ points: points(5), offsets }, call))
  void snapshots('us').save({ points: points(2000), offsets }, call)
  await drive(terrain('eu').clock.sleep(100 * MS))
  await during(world, { kind: 'agent-crash', region: 'us' }, async () => {})
  await drive(terrain('eu').clock.sleep(10 * SECOND))
  expect((await drive(snapshots('us').latest(call)))?.points).toHaveLength(5)
})

test('after a crash no call of the dead agent ever settles, on collections and snapshots either', async () => {
  const { drive, world, terrain, terrains } = await open()
  const dead = terrain('us')
  const collections = dead.collections as Collections
  const flat = { kind: 'flat' } as const
  await drive(collections.create('next', flat, call))
  const settled: string[] = []
  const watch = (name: string, work: Promise<unknown>) => {
    const note = () => settled.push(name)
    work.then(note, note)
  }
  const calls: [string, () => Promise<unknown>][] = [
    ['create', () => collections.create('other', flat, call)],
    ['alias', () => collections.alias('next', call)],
    ['drop', () => collections.drop('next', call)],
    ['list', () => collections.list(call)],
    ['upsert', () => collections.open('next').upsert(points(2), call)],
    ['search', () => collections.open('next').scan(call)],
    ['save', () => (dead.snapshots as Snapshots).save({ points: points(5), offsets }, call)],
    ['latest', () => (dead.snapshots as Snapshots).latest(call)],
  ]
  for (const [name, begin] of calls) watch(name, begin())
  await during(world, { kind: 'agent-crash', region: 'us' }, async () => {
    for (const [name, begin] of calls) watch(name, begin())
    await drive(terrain('eu').clock.sleep(30 * SECOND))
  })
  await drive(terrain('eu').clock.sleep(10 * SECOND))
  expect(terrains('us')).toHaveLength(2)
  expect(settled).toEqual([])
})
