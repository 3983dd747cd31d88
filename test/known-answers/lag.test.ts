import { expect, test } from 'vitest'
import type { FaultPlan } from '../../harness/model/fault.ts'
import type { Operation } from '../../harness/model/operation.ts'
import type { OpEnd } from '../../harness/model/record.ts'
import { MS, SECOND, type Us } from '../../harness/model/units.ts'
import { judged } from '../support/judged.ts'
import { aPlan } from '../support/plan.ts'

/** Upserts in `us`, one every so often from second 1 on, while nothing else happens. */
const upserts = (count: number, everyUs: Us): Operation[] =>
  Array.from({ length: count }, (_, i) => ({
    op: i + 1,
    region: 'us',
    client: 'us/0',
    intendedUs: SECOND + i * everyUs,
    kind: 'upsert' as const,
    id: 5000 + i,
    row: 1000 + i,
  }))

test('constant links and sparse writes give one mirror hop: 40 ms of link, 5 ms of mirror, 1 ms of log', async () => {
  const { rows } = await judged(
    aPlan({ timeline: { warmupUs: 0, runUs: 222 * SECOND, settleUs: 2 * SECOND } }),
    { operations: upserts(1100, 200 * MS) },
  )
  const [hop, ...others] = rows('lag', { link: 'us>eu', hop: 'logged-mirrored' })
  // The fetch of a mirror that pulls is waiting at the source: only the way back counts.
  expect(hop).toMatchObject({ phase: 'baseline', count: 1100, p50: 46 * MS, p99: 46 * MS })
  expect(hop).toMatchObject({ max: 46 * MS, mean: 46 * MS })
  expect(hop?.censored).toBeUndefined()
  expect(others).toEqual([])
})

test('a write early in a 40 s cut lags by the rest of the cut at least', async () => {
  const cut: FaultPlan = {
    kind: 'partition',
    name: 'cut',
    links: [
      { from: 'us', to: 'eu' },
      { from: 'eu', to: 'us' },
    ],
    atUs: 5 * SECOND,
    untilUs: 45 * SECOND,
  }
  const { rows, events } = await judged(
    aPlan({
      timeline: { warmupUs: 0, runUs: 60 * SECOND, settleUs: 10 * SECOND },
      faults: [cut],
    }),
    { operations: upserts(58, SECOND) },
  )
  const first = events.find(
    (event): event is OpEnd => event.type === 'op.end' && event.t > cut.atUs,
  )
  const rest = cut.untilUs - (first?.t ?? 0)
  expect(rest).toBeGreaterThan(39 * SECOND)
  const [during] = rows('lag', { link: 'us>eu', phase: 'fault:cut', hop: undefined })
  expect(during?.max).toBeGreaterThanOrEqual(rest)
  expect(during?.max).toBeLessThan(rest + 2 * SECOND)
  // Forty writes, one a second: half of them waited for twenty seconds and more.
  expect(during?.p50).toBeGreaterThan(19 * SECOND)
  const [mirror] = rows('lag', { link: 'us>eu', phase: 'fault:cut', hop: 'logged-mirrored' })
  expect(mirror?.max).toBeGreaterThanOrEqual(rest)
  const [baseline] = rows('lag', { link: 'us>eu', phase: 'baseline', hop: undefined })
  expect(baseline?.max).toBeLessThan(SECOND)
})

test('a write that never arrives is a lower bound up to the end of the record, not a hole', async () => {
  const cut: FaultPlan = {
    kind: 'one-way-cut',
    name: 'cut',
    links: [{ from: 'us', to: 'eu' }],
    atUs: 5 * SECOND,
    untilUs: 30 * SECOND,
  }
  const { rows, events } = await judged(
    aPlan({
      timeline: { warmupUs: 0, runUs: 20 * SECOND, settleUs: 10 * SECOND },
      faults: [cut],
    }),
    {
      operations: upserts(19, SECOND),
      world: (world) => ({
        ...world,
        faults: {
          ...world.faults,
          async inject(fault) {
            await world.faults.inject(fault)
            return { heal: async () => {} }
          },
        },
      }),
    },
  )
  const acks = events.filter((event): event is OpEnd => event.type === 'op.end')
  const endUs = Math.max(...events.map(({ t }) => t))
  const lost = acks.filter(({ t }) => t > cut.atUs)
  const [during] = rows('lag', { link: 'us>eu', phase: 'fault:cut', hop: undefined })
  expect(during).toMatchObject({ count: lost.length, censored: lost.length })
  expect(during?.max).toBe(endUs - (lost[0]?.t ?? 0))
  expect(during?.p50).toBeUndefined()
})
