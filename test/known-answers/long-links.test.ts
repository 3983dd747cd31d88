import { expect, test } from 'vitest'
import type { FaultPlan } from '../../harness/model/fault.ts'
import type { LinkPlan } from '../../harness/model/plan.ts'
import { changeBytes } from '../../harness/model/point.ts'
import type { HopEvent, OpEnd } from '../../harness/model/record.ts'
import { SEGMENT_BYTES } from '../../harness/model/transport.ts'
import { MS, SECOND, type Us } from '../../harness/model/units.ts'
import type { System } from '../../harness/ports/system.ts'
import { primaryReplica } from '../../harness/systems/primary-replica/system.ts'
import { judged } from '../support/judged.ts'
import { aLoad, aPlan, aProfile } from '../support/plan.ts'
import { simulate } from '../support/simulate.ts'

const RTT = 328 * MS
const regions = ['sydney', 'sao-paulo']
const links = (over: Partial<LinkPlan> = {}): LinkPlan[] =>
  [regions, [...regions].reverse()].map(([from, to]) => ({
    ...{ from: from as string, to: to as string, latencyUs: RTT / 2, jitterUs: 0 },
    ...{ law: 'uniform', lossShare: 0, bitsPerSec: 0, ...over },
  }))

/**
 * A search from sao-paulo crosses to the primary and back, on a connection of its own: two segments there (the vector
 * alone is 1,536 bytes), one back, each lost with 5 %. Nothing follows on that connection, so a timer sends again: after
 * 328 + 200 ms, and after 528 + 1,056 if that is lost too. Without loss it takes 328 ms and the primary's time.
 */
const LOSS = 0.05
const TIMER_MS = 528

/** Wait of one segment in ms, by how likely: lost k times in a row. */
const waits = [0, 1, 2, 3, 4].map((k) => ({
  ms: TIMER_MS * (2 ** k - 1),
  share: LOSS ** k * (1 - LOSS),
}))

/** Waits of a whole search: the longer of two there, and one back. */
function law(): Map<number, number> {
  const shares = new Map<number, number>()
  for (const a of waits)
    for (const b of waits)
      for (const c of waits) {
        const ms = Math.max(a.ms, b.ms) + c.ms
        shares.set(ms, (shares.get(ms) ?? 0) + a.share * b.share * c.share)
      }
  return shares
}

/** The least wait that a share `q` of all searches does not exceed. */
function quantileOf(shares: Map<number, number>, q: number): number {
  let sum = 0
  for (const [ms, share] of [...shares].sort(([a], [b]) => a - b)) {
    sum += share
    if (sum >= q) return ms
  }
  return Number.POSITIVE_INFINITY
}

test('loss on a long link: p50, p90, p95 and shares of late searches are those of the law', async () => {
  const knobs = primaryReplica.knobs.parse({
    ...{ primary: 'sydney', reads: 'primary', failover: 'off', partitions: 1, probe: 1 },
  })
  const plan = aPlan({
    ...{ regions, links: links({ lossShare: LOSS }), data: { set: 'glosses-10k', base: 200 } },
    system: { kind: 'primary-replica', knobs },
    load: [
      aLoad({
        ...{ region: 'sao-paulo', searchPerSec: 40, upsertPerSec: 0, deadlineUs: 60 * SECOND },
        ...{ arrivals: { kind: 'constant' } },
      }),
    ],
    timeline: { warmupUs: 0, runUs: 100 * SECOND, settleUs: 20 * SECOND },
  })
  const { events } = await simulate(plan, { system: primaryReplica as System<never> })
  const intended = new Map(
    events.flatMap((event) => (event.type === 'op.start' ? [[event.op, event.intended]] : [])),
  )
  const late = events
    .filter((event): event is OpEnd => event.type === 'op.end')
    .map(({ t, op }) => (t - (intended.get(op) as Us) - RTT) / MS)
    .sort((a, b) => a - b)
  const count = late.length
  expect(count).toBe(4000)
  const shares = law()
  // What the primary itself takes, the same for all: 2 ms of its store.
  const own = late[0] as number
  expect(own).toBeLessThan(3)
  for (const q of [0.5, 0.8, 0.9, 0.95])
    expect(late[Math.ceil(q * count) - 1]).toBeCloseTo(own + quantileOf(shares, q), 1)
  for (const [ms, share] of [...shares].filter(([, share]) => share > 0.001)) {
    const seen = late.filter((value) => Math.abs(value - own - ms) < 1).length / count
    expect(Math.abs(seen - share), `${ms} ms`).toBeLessThan(
      4 * Math.sqrt((share * (1 - share)) / count),
    )
  }
})

/**
 * 80 upserts a second of 1,608 bytes wait for 60 s: 4,800 records, 7.7 MB. A window of 65,536 bytes carries 45 whole
 * segments, 65,160 bytes, each round trip of 328 ms: 198.7 kB/s. Kafka fetches 1 MiB of each partition at once, 652
 * records of each of four, 4,193,856 bytes with what comes before them: 65 rounds, of which the first begins half a
 * round trip after the request, so that a fetch is there 65 round trips after it was asked for: 21.32 s, 122 records a
 * second. The backlog is in the first two, new records fill up the second: 42.6 s after the mirror is connected again.
 * That the 80 a second that come meanwhile leave 42 a second for a backlog is no part of catch-up: what was
 * acknowledged before the heal comes first.
 */
const RECORD = changeBytes({ deleted: false }, 384)
const WINDOW = 65_536
const cut: FaultPlan = {
  ...{ kind: 'partition', name: 'cut', atUs: 5 * SECOND, untilUs: 65 * SECOND },
  links: links().map(({ from, to }) => ({ from, to })),
}

const longCut = aPlan({
  ...{ regions, links: links(), data: { set: 'glosses-10k', base: 200 } },
  log: { partitions: 4, retentionUs: 3600 * SECOND },
  profile: {
    ...aProfile({ workers: 16 }),
    windows: { mirror: WINDOW, log: 0, store: 0, agent: 0 },
  },
  load: [
    aLoad({
      ...{ region: 'sydney', searchPerSec: 0, upsertPerSec: 80 },
      ...{ arrivals: { kind: 'constant' } },
    }),
  ],
  timeline: { warmupUs: 0, runUs: 75 * SECOND, settleUs: 50 * SECOND },
  faults: [cut],
})

test('a mirror over a long link carries one window a round trip: catch-up takes 7.7 MB ÷ 197 kB/s', async () => {
  const { events, rows, finding } = await judged(longCut)
  const rounds = Math.ceil(
    (4 * Math.floor(1_048_576 / RECORD) * RECORD + 96) / (45 * SEGMENT_BYTES),
  )
  expect(rounds).toBe(65)
  const expectedUs = 2 * rounds * RTT
  const acknowledged = new Set(
    events
      .filter((event): event is OpEnd => event.type === 'op.end' && event.t < cut.untilUs)
      .map(({ op }) => op),
  )
  const mirrored = events.filter(
    (event): event is HopEvent => event.type === 'hop' && event.hop === 'mirrored',
  )
  const last = Math.max(
    ...mirrored.filter(({ write }) => acknowledged.has(write)).map(({ t }) => t),
  )
  const tookUs = last - cut.untilUs
  // The mirror comes back 300 ms after the heal, and writes a fetch of six batches in 36 ms.
  expect(Math.abs(tookUs / (expectedUs + 300 * MS) - 1)).toBeLessThan(0.01)
  const [catchUp] = rows('catch-up', { phase: 'recovery:cut', region: undefined })
  expect((catchUp?.value ?? 0) / SECOND).toBeGreaterThan(tookUs / SECOND - 1)
  expect((catchUp?.value ?? 0) / SECOND).toBeLessThan(tookUs / SECOND + 4)
  // 21 s without a copy is what a full fetch takes here: no mirror stands still.
  expect(finding('replication-stopped').verdict).toBe('pass')
})
