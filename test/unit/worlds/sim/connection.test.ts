import { expect, test } from 'vitest'
import { Rng } from '../../../../harness/base/rng.ts'
import type { LinkPlan } from '../../../../harness/model/plan.ts'
import { SEGMENT_BYTES } from '../../../../harness/model/transport.ts'
import { MS, SECOND } from '../../../../harness/model/units.ts'
import { Connection, type Path } from '../../../../harness/worlds/sim/connection.ts'
import { Link } from '../../../../harness/worlds/sim/link.ts'
import { timeoutUs } from '../../../../harness/worlds/sim/tcp.ts'
import { Timeline } from '../../../../harness/worlds/sim/timeline.ts'

const LONG = 328 * MS
const WINDOW = 65_536

/** One way of a connection: `lost` says of each segment, in the order they are sent, whether it is lost. */
function aConnection({ rtt = LONG, lost = [] as boolean[], window = Number.POSITIVE_INFINITY }) {
  const timeline = new Timeline()
  const draws = [...lost]
  const path: Path = {
    depart: () => ({ startUs: timeline.now(), endUs: timeline.now() }),
    delayUs: () => rtt / 2,
    lossy: () => true,
    loses: () => draws.shift() ?? false,
    ackUs: () => rtt / 2,
    timeoutUs: () => timeoutUs({ meanUs: rtt, deviationUs: 0 }),
    windowBytes: () => window,
  }
  const connection = new Connection(timeline, path)
  const arrivals: [string, number][] = []
  const send = (name: string, segments = 1) =>
    connection.send(segments * SEGMENT_BYTES, () => arrivals.push([name, timeline.now()]))
  const at = (us: number) => timeline.drive(timeline.until(us))
  return { send, at, arrivals }
}

test('a lost segment with three after it costs one round trip: fast retransmit', async () => {
  const { send, at, arrivals } = aConnection({ lost: [true] })
  send('x', 4)
  await at(10 * SECOND)
  // Sent at 0, told of by the third acknowledgement at 328, sent again, there at 328 + 164.
  expect(arrivals).toEqual([['x', LONG + LONG / 2]])
})

test('a lost segment with two after it waits for its timer: srtt + 200 ms', async () => {
  const { send, at, arrivals } = aConnection({ lost: [true] })
  send('x', 3)
  await at(10 * SECOND)
  expect(arrivals).toEqual([['x', LONG + 200 * MS + LONG / 2]])
})

test('segments of later messages acknowledge a loss as well, and wait for what was lost', async () => {
  const { send, at, arrivals } = aConnection({ lost: [true] })
  send('lost')
  for (const [i, name] of ['a', 'b', 'c'].entries()) {
    await at((i + 1) * 10 * MS)
    send(name)
  }
  await at(10 * SECOND)
  // The third is sent at 30 ms, acknowledged a round trip later, and what was lost is there after one way more.
  const there = 30 * MS + LONG + LONG / 2
  expect(arrivals).toEqual(['lost', 'a', 'b', 'c'].map((name) => [name, there]))
})

test.each([
  [1, 528],
  [2, 528 + 1056],
  [3, 528 + 1056 + 2112],
  [4, 528 + 1056 + 2112 + 4224],
])(
  'a segment lost %i times in a row is sent again after %i ms: timers double',
  async (times, ms) => {
    const { send, at, arrivals } = aConnection({ lost: new Array(times).fill(true) })
    send('x')
    await at(100 * SECOND)
    expect(arrivals).toEqual([['x', ms * MS + LONG / 2]])
  },
)

test('a segment that is lost again after a fast retransmit waits for a timer, then for twice as long', async () => {
  const { send, at, arrivals } = aConnection({ lost: [true, false, false, false, true, true] })
  send('x', 4)
  await at(100 * SECOND)
  expect(arrivals).toEqual([['x', LONG + 528 * MS + 1056 * MS + LONG / 2]])
})

test('on a short link the floor of 200 ms decides', async () => {
  const { send, at, arrivals } = aConnection({ rtt: 2 * MS, lost: [true] })
  send('x')
  await at(10 * SECOND)
  expect(arrivals).toEqual([['x', 2 * MS + 200 * MS + 1 * MS]])
})

test('a window lets no more than itself cross in a round trip', async () => {
  const { send, at, arrivals } = aConnection({ window: WINDOW })
  // 45 whole segments fit into 64 KiB; the 46th waits for an acknowledgement, the 91st for two.
  for (let i = 1; i <= 91; i++) send(`${i}`)
  await at(10 * SECOND)
  const times = arrivals.map(([, us]) => us)
  expect(times.slice(0, 45)).toEqual(new Array(45).fill(LONG / 2))
  expect(times.slice(45, 90)).toEqual(new Array(45).fill(LONG / 2 + LONG))
  expect(times.slice(90)).toEqual([LONG / 2 + 2 * LONG])
})

function aLink(over: Partial<LinkPlan>, seed = 1) {
  const timeline = new Timeline()
  const plan: LinkPlan = {
    ...{ from: 'us', to: 'eu', latencyUs: LONG / 2, jitterUs: 0, law: 'uniform' },
    ...{ lossShare: 0, bitsPerSec: 0, ...over },
  }
  const link = new Link(timeline, new Rng(seed), plan)
  const send = (bytes: number, connection: string, deliver: () => void) =>
    link.send({ service: 'mirror', connection }, bytes, deliver, () => {})
  return { timeline, send, at: (us: number) => timeline.drive(timeline.until(us)) }
}

/** Bytes a second of one connection that is never idle: `seconds` long, what arrived by then. */
async function bulkRate(over: Partial<LinkPlan>, seconds: number, seed = 1): Promise<number> {
  const { send, at } = aLink(over, seed)
  let bytes = 0
  const size = 100 * SEGMENT_BYTES
  const ahead = 40
  const next = () =>
    send(size, 'bulk', () => {
      bytes += size
      next()
    })
  for (let i = 0; i < ahead; i++) next()
  await at(seconds * SECOND)
  return bytes / seconds
}

test('throughput under a window is window ÷ round trip within 1 %', async () => {
  const rate = await bulkRate({ windowBytes: WINDOW }, 600)
  const law = WINDOW / 0.328
  expect(Math.abs(rate / law - 1)).toBeLessThan(0.01)
})

test('where the bandwidth is narrower than window ÷ round trip, it is the bandwidth that counts', async () => {
  const rate = await bulkRate({ windowBytes: WINDOW, bitsPerSec: 1_000_000 }, 600)
  expect(Math.abs(rate / 125_000 - 1)).toBeLessThan(0.01)
})

/**
 * Segments a second where a share `p` is lost: Mathis et al. (1997), and Padhye, Firoiu, Towsley and Kurose, "Modeling
 * TCP Throughput" (1998), who count timers as well. Every segment is acknowledged (b = 1).
 */
const mathis = (p: number, rtt: number) => Math.sqrt(1.5) / (rtt * Math.sqrt(p))
const padhye = (p: number, rtt: number, timer: number) =>
  1 /
  (rtt * Math.sqrt((2 * p) / 3) +
    timer * Math.min(1, 3 * Math.sqrt((3 * p) / 8)) * p * (1 + 32 * p * p))

test.each([0.001, 0.01, 0.05])(
  'throughput under a loss of %d is within 10 % of what Padhye has, and not above Mathis',
  async (lossShare) => {
    const rate = (await bulkRate({ lossShare }, 1200)) / SEGMENT_BYTES
    expect(rate).toBeLessThan(mathis(lossShare, 0.328))
    expect(Math.abs(rate / padhye(lossShare, 0.328, 0.528) - 1)).toBeLessThan(0.1)
  },
)

test('messages of a segment on connections of their own are late as the law of losses says', async () => {
  const { timeline, send, at } = aLink({ lossShare: 0.3 })
  const late: number[] = []
  const count = 20_000
  for (let i = 0; i < count; i++)
    send(100, `${i}`, () => late.push((timeline.now() - LONG / 2) / MS))
  await at(4000 * SECOND)
  expect(late).toHaveLength(count)
  // Lost k times in a row, not a k+1st: 0.3^k 0.7. The timer is 528 ms and doubles.
  const waits = [0, 528, 1584, 3696, 7920]
  waits.forEach((ms, k) => {
    const share = late.filter((us) => us === ms).length / count
    const law = 0.3 ** k * 0.7
    expect(Math.abs(share - law)).toBeLessThan(4 * Math.sqrt((law * (1 - law)) / count))
  })
})

test('a timer waits for four mean deviations where jitter makes them more than 200 ms', async () => {
  // Uniform jitter of ± 164 ms both ways: √2 × 82 ms of deviation, four times that is 463.9 ms. The seed loses it once.
  const { timeline, send, at } = aLink({ jitterUs: 164 * MS, lossShare: 0.5 })
  const late: number[] = []
  for (let i = 0; i < 400; i++) send(100, `${i}`, () => late.push(timeline.now() / MS))
  await at(4000 * SECOND)
  const timer = 328 + 4 * Math.SQRT2 * 82
  expect(late.filter((ms) => ms <= 328).length / 400).toBeCloseTo(0.5, 1)
  const once = late.filter((ms) => ms > 328 && ms < 3 * timer)
  expect(Math.min(...once)).toBeGreaterThanOrEqual(timer)
  expect(Math.max(...once)).toBeLessThanOrEqual(timer + 328)
  expect(once.length / 400).toBeCloseTo(0.25, 1)
})
