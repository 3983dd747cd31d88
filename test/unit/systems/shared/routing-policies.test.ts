import { expect, test } from 'vitest'
import { Rng } from '../../../../harness/base/rng.ts'
import { Signal } from '../../../../harness/base/signal.ts'
import { CallError } from '../../../../harness/ports/errors.ts'
import { openRouter, type RoutingKnobs } from '../../../../harness/systems/shared/routing.ts'
import { Timeline } from '../../../../harness/worlds/sim/timeline.ts'

const SECOND = 1_000_000
const regions = ['us', 'eu', 'ap']

/** Regions answer after so many ms; null: not at all. */
function aRouter(knobs: Partial<RoutingKnobs>, rtt: Record<string, number | null>) {
  const timeline = new Timeline()
  const sleep = (us: number) =>
    new Promise<void>((resolve) =>
      timeline.after(us, () => {
        timeline.wake()
        resolve()
      }),
    )
  const kinds = new Set<string>()
  const router = openRouter(
    {
      region: 'us',
      regions,
      clock: {
        wall: () => timeline.now(),
        elapsed: () => timeline.now(),
        sleep,
        within: (_us, work) => work,
      },
      network: {
        call: async (to, message) => {
          kinds.add(message.kind)
          const ms = rtt[to]
          if (ms === null || ms === undefined) throw new CallError('refused', { definite: true })
          await sleep(ms * 1000)
          return message
        },
        reach: () => {
          throw new Error('not here')
        },
      },
    },
    { probeEveryUs: SECOND, affinityUs: 0, ...knobs },
  )
  const stop = new Signal()
  void router.run(stop)
  const until = (seconds: number) => timeline.drive(timeline.until(seconds * SECOND))
  return { router, until, rtt, kinds }
}

test('steered by latency, users leave a region that has become slow and come back when it is fast', async () => {
  const { router, until, rtt } = aRouter({ policy: 'latency-steered' }, { us: 2, eu: 40, ap: 90 })
  await until(5.5)
  expect(router.gateway('c')).toBe('us')
  rtt['us'] = 300
  await until(15.5)
  expect(router.gateway('c')).toBe('eu')
  rtt['us'] = 2
  await until(40.5)
  expect(router.gateway('c')).toBe('us')
})

test('a region that is hardly faster moves nobody', async () => {
  const { router, until } = aRouter({ policy: 'latency-steered' }, { us: 42, eu: 40, ap: 90 })
  await until(10.5)
  expect(router.gateway('c')).toBe('us')
})

test('weighted: clients are shared out by weight among the regions that are well', async () => {
  const weights = new Map([
    ['us', 3],
    ['eu', 1],
  ])
  const { router, until, rtt } = aRouter(
    { policy: 'weighted', weights, rng: new Rng(1) },
    { us: 2, eu: 40, ap: 90 },
  )
  const count = () => {
    const counts: Record<string, number> = {}
    for (let i = 0; i < 4000; i++) {
      const region = router.gateway('c') as string
      counts[region] = (counts[region] ?? 0) + 1
    }
    return counts
  }
  await until(3.5)
  const { us = 0, eu = 0, ap = 0 } = count()
  expect(us / 4000).toBeCloseTo(0.75, 1)
  expect(eu / 4000).toBeCloseTo(0.25, 1)
  expect(ap).toBe(0)
  rtt['us'] = null
  await until(8.5)
  expect(count()).toEqual({ eu: 4000 })
})

test('a region that came back is used again only after the fail-back time', async () => {
  const { router, until, rtt } = aRouter({ failBackUs: 10 * SECOND }, { us: null, eu: 40, ap: 90 })
  await until(5.5)
  expect(router.gateway('c')).toBe('eu')
  rtt['us'] = 1
  await until(12.5)
  expect(router.gateway('c')).toBe('eu')
  await until(20.5)
  expect(router.gateway('c')).toBe('us')
})

test('a region still in its fail-back time is better than none', async () => {
  const { router, until, rtt } = aRouter(
    { failBackUs: 100 * SECOND },
    { us: null, eu: null, ap: null },
  )
  await until(5.5)
  expect(router.gateway('c')).toBeUndefined()
  rtt['ap'] = 1
  await until(10.5)
  expect(router.gateway('c')).toBe('ap')
})

test('health asks for what it is told to ask for', async () => {
  const { until, kinds } = aRouter({ probe: 'ready' }, { us: 1, eu: 1, ap: 1 })
  await until(1.5)
  expect([...kinds]).toEqual(['ready'])
})
