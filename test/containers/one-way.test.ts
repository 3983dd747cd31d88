import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LinkPlan } from '../../harness/model/plan.ts'
import { MS, type Us } from '../../harness/model/units.ts'
import { type FaultsInForce, LawTest, quantileOf, simulatedDelays } from '../support/one-way.ts'
import { KS_CRITICAL_001, ksStatistic } from '../unit/base/kolmogorov.ts'
import { type Arrival, type Fault, OneWayPaths } from './one-way-paths.ts'

const link: LinkPlan = {
  ...{ from: 'us', to: 'eu', latencyUs: 60 * MS, jitterUs: 6 * MS, law: 'uniform' },
  ...{ lossShare: 0, bitsPerSec: 0 },
}
const back = { ...link, from: 'eu', to: 'us' }
const floorUs = link.latencyUs - link.jitterUs
const SAMPLES = 200

let paths: OneWayPaths
beforeAll(async () => {
  paths = await OneWayPaths.open(link, back)
}, 60_000)
afterAll(() => paths?.close(), 60_000)

/** 500 messages, one at a time on each of 50 connections. */
async function sparse(longestMs: number, twinUs = link.latencyUs) {
  await paths.connect(50)
  return paths.measure(10, longestMs + 40, twinUs)
}

/** 500 messages on one connection, 4 ms apart: each waits for the one before. */
async function dense(twinUs = link.latencyUs) {
  await paths.connect(1)
  return paths.measure(500, 4, twinUs)
}

const delaysOf = (arrivals: readonly Arrival[]): Us[] =>
  arrivals.map(({ delayUs }) => {
    if (delayUs === null) throw new Error('a message never arrived')
    return delayUs
  })

/**
 * Not one message earlier than the law's floor, and the whole law by a two-sample test: sooner by no more than the grain
 * of Toxiproxy, later by no more than the twins were. What twins of the two directions differ by is this machine's own.
 */
async function expectLaw(
  what: string,
  { there, back }: Record<'there' | 'back', Arrival[]>,
  lowestUs: Us,
  faults: FaultsInForce = {},
) {
  for (const [direction, arrivals, others] of [
    ['there', there, back],
    ['back', back, there],
  ] as const) {
    const delays = delaysOf(arrivals)
    const simulated: Us[][] = []
    for (let seed = 1; seed <= SAMPLES; seed++)
      simulated.push(await simulatedDelays(arrivals, link, faults, seed))
    const lateBy = (twins: readonly Arrival[]) =>
      simulated.map((sample) => sample.map((us, i) => us + (twins[i] as Arrival).lateUs))
    // Toxiproxy draws whole milliseconds: for the link's own delay, and for a fault's.
    const early = new LawTest(simulated).early(delays, (faults.shake ? 2 : 1) * MS)
    const late = new LawTest(lateBy(arrivals)).late(delays)
    const machine = Math.max(0, new LawTest(lateBy(arrivals)).late(lateBy(others).flat()).value)
    const spread = (sample: readonly Us[]) =>
      [0, 0.05, 0.5, 0.95].map((q) => (quantileOf(sample, q) / MS).toFixed(1)).join(' / ')
    process.stdout.write(
      `${what}, ${direction}: min / p5 / p50 / p95 ${spread(delays)} ms, simulated ${spread(simulated.flat())}, twins late ` +
        `${spread(arrivals.map(({ lateUs }) => lateUs))}; early ${early.value.toFixed(3)} of ${early.bound.toFixed(3)}, ` +
        `late ${late.value.toFixed(3)} of ${late.bound.toFixed(3)} + ${machine.toFixed(3)}\n`,
    )
    expect(delays).toHaveLength(500)
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(lowestUs)
    expect(early.value).toBeLessThan(early.bound)
    expect(late.value).toBeLessThan(late.bound + machine)
  }
}

/** In force while `during` runs, and once with messages on their way when it begins and when it ends. */
async function withFault(fault: Fault, during: () => Promise<void>) {
  await paths.connect(50)
  const across = paths.measure(20, 100, 0)
  await sleep(700)
  const heal = await paths.begin(fault)
  await sleep(600)
  await heal()
  const { there, back: home } = await across
  expect(Math.min(...delaysOf([...there, ...home]))).toBeGreaterThanOrEqual(floorUs)
  const healAgain = await paths.begin(fault)
  try {
    await during()
  } finally {
    await healAgain()
  }
}

test('messages of the simulator that wait for no other follow the law of the plan', async () => {
  const sent = Array.from({ length: 5_000 }, (_, i) => ({ connection: i, us: i * 100 }))
  const delays = await simulatedDelays(sent, link, {}, 1)
  const cdf = (us: number) => Math.min(1, Math.max(0, (us - floorUs) / (2 * link.jitterUs)))
  expect(ksStatistic(delays, cdf)).toBeLessThan(KS_CRITICAL_001)
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(floorUs)
})

test('one-way delays follow the law of the plan before any fault, sparse and dense', async () => {
  await expectLaw('sparse, before', await sparse(66), floorUs)
  await expectLaw('dense, before', await dense(), floorUs)
}, 60_000)

test('a latency fault delays all that sets out while it lasts, and lets nothing come early when it begins or ends', async () => {
  const slow = 300 * MS
  await withFault(
    (links, one) => links.slow(one, slow),
    async () => {
      const twinUs = link.latencyUs + slow
      await expectLaw('sparse, latency', await sparse(366, twinUs), floorUs + slow, { slow })
      await expectLaw('dense, latency', await dense(twinUs), floorUs + slow, { slow })
    },
  )
}, 90_000)

test('a jitter fault adds by its law, and lets nothing come early when it begins or ends', async () => {
  const shake = { us: 50 * MS, law: 'uniform' } as const
  await withFault(
    // A twin is delayed by the mean, and does not vary.
    (links, one, isTwin) => (isTwin ? links.slow(one, shake.us) : links.shake(one, shake.us)),
    async () => {
      const twinUs = link.latencyUs + shake.us
      await expectLaw('sparse, jitter', await sparse(166, twinUs), floorUs, { shake })
      await expectLaw('dense, jitter', await dense(twinUs), floorUs, { shake })
    },
  )
}, 90_000)

test('a cut takes what is in flight, both ways, and lets nothing come early', async () => {
  await paths.connect(10)
  const across = paths.measure(20, 50, 0, 500)
  await sleep(600)
  const cutUs = Number(process.hrtime.bigint() / 1000n)
  const heal = await paths.begin((links, one) => links.cut(one))
  const { there, back: home } = await across
  await heal()
  const arrived = [...there, ...home].filter(({ delayUs }) => delayUs !== null)
  const inFlight = [...there, ...home].filter(
    ({ us }) => us < cutUs && us > cutUs - floorUs + 20 * MS,
  )
  expect(arrived.length).toBeGreaterThan(40)
  expect(Math.min(...delaysOf(arrived))).toBeGreaterThanOrEqual(floorUs)
  expect(inFlight.length).toBeGreaterThan(2)
  expect(inFlight.filter(({ delayUs }) => delayUs !== null)).toEqual([])
}, 60_000)

test('one-way delays follow the law of the plan after all of them, sparse and dense', async () => {
  await expectLaw('sparse, after', await sparse(66), floorUs)
  await expectLaw('dense, after', await dense(), floorUs)
  await paths.links.readBack()
}, 60_000)
