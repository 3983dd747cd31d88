import { expect, test } from 'vitest'
import type { LoadPlan, Plan } from '../../../harness/model/plan.ts'
import type { OpEnd, OpStart, RecordEvent } from '../../../harness/model/record.ts'
import { MS, SECOND } from '../../../harness/model/units.ts'
import { judged } from '../../support/judged.ts'
import { aLoad, aPlan, aProfile } from '../../support/plan.ts'
import { simulate } from '../../support/simulate.ts'

/** Two workers, 2.5 ms a search: 800 a second at most. */
const store = { workers: 2, search: { baseUs: 2_500, tailUs: 0 } }

const planOf = (load: Partial<LoadPlan> = {}, over: Partial<Plan> = {}) =>
  aPlan({
    profile: aProfile(store),
    load: [
      aLoad({
        ...{ searchPerSec: 0, upsertPerSec: 0, clients: 8, closedLoop: { thinkUs: 0 } },
        // Few queries are asked, so that truth need not be worked out for all of them.
        queries: { law: 'zipf', exponent: 8 },
        ...load,
      }),
    ],
    timeline: { warmupUs: 0, runUs: 2 * SECOND, settleUs: SECOND },
    probes: { everyUs: 0 },
    ...over,
  })

/** Long enough for a fault of three seconds. */
const long = { timeline: { warmupUs: 0, runUs: 5 * SECOND, settleUs: SECOND } }

const startsIn = (events: readonly RecordEvent[]) =>
  events.filter((e): e is OpStart => e.type === 'op.start')
const endsIn = (events: readonly RecordEvent[]) =>
  events.filter((e): e is OpEnd => e.type === 'op.end')

/** Searches of each client in order, with their ends. */
function byClient(events: readonly RecordEvent[]): { start: OpStart; end: OpEnd }[][] {
  const ends = new Map(endsIn(events).map((end) => [end.op, end]))
  const clients = new Map<string, { start: OpStart; end: OpEnd }[]>()
  for (const start of startsIn(events)) {
    const end = ends.get(start.op)
    if (!end) throw new Error(`operation ${start.op} never ended`)
    clients.set(start.client, [...(clients.get(start.client) ?? []), { start, end }])
  }
  return [...clients.values()]
}

test('each client searches again when it is answered, and not before', async () => {
  const { events } = await simulate(planOf())
  const clients = byClient(events)
  expect(clients).toHaveLength(8)
  for (const searches of clients)
    for (const [i, { start }] of searches.entries()) {
      expect(start.intended).toBe(searches[i - 1]?.end.t ?? 0)
      expect([start.t, start.closed]).toEqual([start.intended, true])
    }
  expect(startsIn(events).every(({ t }) => t < 2 * SECOND)).toBe(true)
})

test('the rate is what the store can do, and clients ÷ service time (Little)', async () => {
  const { analysis } = await judged(planOf())
  const rate = analysis.metrics.find(
    ({ metric, operation }) => metric === 'throughput' && operation === 'search',
  )?.value as number
  expect(rate).toBeGreaterThan(0.97 * 800)
  expect(rate).toBeLessThanOrEqual(800)
  const service = analysis.metrics.find(({ metric }) => metric === 'search.service')
  expect(rate).toBeCloseTo(8 / ((service?.mean as number) / SECOND), -1)
})

test('no response time is told, for no schedule said when a search was to start', async () => {
  const { analysis } = await judged(planOf())
  const told = new Set(analysis.metrics.map(({ metric }) => metric))
  expect(told.has('search.service')).toBe(true)
  expect(told.has('recall')).toBe(true)
  expect(told.has('search.response')).toBe(false)
  expect(told.has('goodput')).toBe(false)
})

test('a client thinks between an answer and its next search', async () => {
  const { events } = await simulate(planOf({ closedLoop: { thinkUs: 40 * MS } }))
  for (const searches of byClient(events))
    for (const [i, { start }] of searches.entries())
      expect(start.intended).toBe(i === 0 ? 0 : (searches[i - 1]?.end.t as number) + 40 * MS)
})

test('while the store stands still a client asks one search, and after a failure waits for its back-off', async () => {
  const freeze = {
    ...({ kind: 'store-freeze', region: 'us', name: 'freeze' } as const),
    ...{ atUs: SECOND, untilUs: 4 * SECOND },
  }
  const retry = { max: 0, backoffUs: 100 * MS }
  const { events } = await simulate(
    planOf({ deadlineUs: 2 * SECOND, retry }, { ...long, faults: [freeze] }),
  )
  const during = startsIn(events).filter(({ t }) => t > SECOND && t < 4 * SECOND)
  // One that was in flight is given up after 2 s; each client then asks once more.
  expect(during).toHaveLength(8)
  for (const { t } of during) expect((t - SECOND) / SECOND).toBeGreaterThan(2.09)
})

test('with an agent that refuses at once, clients do not spin', async () => {
  const down = {
    ...({ kind: 'agent-crash', region: 'us', name: 'down' } as const),
    ...{ atUs: SECOND, untilUs: 4 * SECOND },
  }
  const retry = { max: 0, backoffUs: 0 }
  const { events } = await simulate(planOf({ clients: 2, retry }, { ...long, faults: [down] }))
  const during = startsIn(events).filter(({ t }) => t > SECOND && t < 4 * SECOND)
  expect(during.length).toBeLessThanOrEqual(2 * 3_000)
})

test('searches of a closed loop are numbered after all planned operations, beside them', async () => {
  const open = aLoad({ searchPerSec: 5, upsertPerSec: 5, class: 'users' })
  const { load } = planOf()
  const simulated = await judged(planOf({}, { load: [...load, open] }))
  const starts = startsIn(simulated.events)
  const planned = starts.filter(({ closed }) => !closed)
  const closed = starts.filter((start) => start.closed)
  expect(Math.min(...closed.map(({ op }) => op))).toBe(simulated.workload.operations.length + 1)
  expect(closed.map(({ op }) => op)).toEqual(closed.map((_, i) => planned.length + 1 + i))
  // Only those with a schedule have a response time; service time is of both.
  const { metrics } = simulated.analysis
  const countOf = (name: string) => metrics.find(({ metric }) => metric === name)?.count
  const searches = (some: readonly OpStart[]) => some.filter(({ kind }) => kind === 'search').length
  expect(countOf('search.response')).toBe(searches(planned))
  expect(countOf('search.service')).toBe(searches(planned) + closed.length)
})

test('the same plan gives the same record', async () => {
  const load = [planOf().load[0] as LoadPlan, aLoad({ region: 'eu', upsertPerSec: 20 })]
  const once = async () => JSON.stringify((await simulate(planOf({}, { load }))).events)
  expect(await once()).toBe(await once())
})
