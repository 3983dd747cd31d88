import { expect, test } from 'vitest'
import { Rng } from '../../../../harness/base/rng.ts'
import type { LinkPlan } from '../../../../harness/model/plan.ts'
import { MS, SECOND } from '../../../../harness/model/units.ts'
import { Link } from '../../../../harness/worlds/sim/link.ts'
import { Timeline } from '../../../../harness/worlds/sim/timeline.ts'

function aLink(over: Partial<LinkPlan> = {}) {
  const timeline = new Timeline()
  const plan: LinkPlan = {
    from: 'us',
    to: 'eu',
    latencyUs: 40 * MS,
    jitterUs: 0,
    law: 'uniform',
    lossShare: 0,
    bitsPerSec: 0,
    ...over,
  }
  const arrivals: [string, number][] = []
  const broken: [string, number][] = []
  const link = new Link(timeline, new Rng(1), plan)
  const send = (name: string, bytes = 100, connection = 'a') =>
    link.send(
      { service: 'agent', connection },
      bytes,
      () => arrivals.push([name, timeline.now()]),
      () => broken.push([name, timeline.now()]),
    )
  const at = (us: number) => timeline.drive(timeline.until(us))
  return { link, send, at, arrivals, broken }
}

test('a message takes exactly the latency of a link without jitter', async () => {
  const { send, at, arrivals } = aLink()
  send('x')
  await at(SECOND)
  expect(arrivals).toEqual([['x', 40 * MS]])
})

test('bandwidth is shared by all connections of the link', async () => {
  const { send, at, arrivals } = aLink({ bitsPerSec: 8_000_000 })
  send('a', 10_000, 'one')
  send('b', 10_000, 'two')
  await at(SECOND)
  expect(arrivals).toEqual([
    ['a', 50 * MS],
    ['b', 60 * MS],
  ])
})

test('a cap of connections holds for each of them apart', async () => {
  const { link, send, at, arrivals } = aLink()
  const cap = { bitsPerSec: 8_000_000 }
  link.connectionCaps.add(cap)
  send('a', 10_000, 'one')
  send('b', 10_000, 'two')
  send('c', 10_000, 'one')
  await at(SECOND)
  link.connectionCaps.delete(cap)
  send('d', 10_000, 'one')
  await at(2 * SECOND)
  expect(arrivals).toEqual([
    ['a', 50 * MS],
    ['b', 50 * MS],
    ['c', 60 * MS],
    ['d', SECOND + 40 * MS],
  ])
})

test('while connections are reset nothing arrives, and whoever sends hears of it at once', async () => {
  const { link, send, at, arrivals, broken } = aLink()
  send('before')
  await at(10 * MS)
  link.startReset()
  send('during')
  await at(20 * MS)
  link.endReset()
  send('after')
  await at(SECOND)
  expect(broken).toEqual([['during', 10 * MS]])
  expect(arrivals).toEqual([
    ['before', 40 * MS],
    ['after', 60 * MS],
  ])
})

test('jitter never reorders one connection, but may reorder two', async () => {
  const { send, at, arrivals } = aLink({ jitterUs: 30 * MS })
  for (let i = 0; i < 50; i++) send(`a${i}`, 100, 'a')
  await at(SECOND)
  expect(arrivals.map(([name]) => name)).toEqual(Array.from({ length: 50 }, (_, i) => `a${i}`))
  for (let i = 0; i < 50; i++) send(`${i}`, 100, `connection ${i}`)
  await at(2 * SECOND)
  const second = arrivals.slice(50).map(([name]) => Number(name))
  expect(second).not.toEqual([...second].sort((a, b) => a - b))
})

test("a fault's jitter adds its amount on the average under every law, and nothing comes before the link's own latency", async () => {
  for (const law of ['uniform', 'exponential', 'pareto'] as const) {
    const { link, send, at, arrivals } = aLink()
    link.jitters.add({ us: 20 * MS, law })
    for (let i = 0; i < 20_000; i++) send(`${i}`, 100, `connection ${i}`)
    await at(100 * SECOND)
    const delays = arrivals.map(([, us]) => us)
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(40 * MS)
    if (law === 'uniform') expect(Math.max(...delays)).toBeLessThan(80 * MS)
    const mean = delays.reduce((sum, us) => sum + us, 0) / delays.length
    // Pareto's law of shape 2 has no variance: its mean comes slowly.
    expect(Math.abs(mean / MS - 60)).toBeLessThan(law === 'pareto' ? 3 : 0.6)
  }
})

test('a cut loses what is in flight and what is sent, also after it ends', async () => {
  const { link, send, at, arrivals } = aLink()
  send('in flight')
  await at(10 * MS)
  link.startCut()
  send('during')
  await at(20 * MS)
  link.endCut()
  send('after')
  await at(SECOND)
  expect(arrivals).toEqual([['after', 60 * MS]])
})

test('a hold keeps what is sent and passes it on, in order, when it is released', async () => {
  const { link, send, at, arrivals } = aLink()
  link.startHold()
  send('one')
  send('two')
  await at(500 * MS)
  expect(arrivals).toEqual([])
  link.endHold()
  await at(SECOND)
  expect(arrivals).toEqual([
    ['one', 540 * MS],
    ['two', 540 * MS],
  ])
})

test('faults of one kind add up and leave without trace', async () => {
  const { link, send, at, arrivals } = aLink()
  const one = { us: 10 * MS }
  link.added.add(one)
  link.added.add({ us: 5 * MS })
  send('slow')
  await at(SECOND)
  link.added.delete(one)
  send('less slow')
  await at(2 * SECOND)
  expect(arrivals).toEqual([
    ['slow', 55 * MS],
    ['less slow', SECOND + 45 * MS],
  ])
})
