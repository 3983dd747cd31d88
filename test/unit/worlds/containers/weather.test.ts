import { expect, test } from 'vitest'
import { Rng } from '../../../../harness/base/rng.ts'
import type { LinkPlan } from '../../../../harness/model/plan.ts'
import { Weather } from '../../../../harness/worlds/containers/weather.ts'

const link: LinkPlan = {
  from: 'us',
  to: 'eu',
  latencyUs: 40_000,
  jitterUs: 0,
  law: 'uniform',
  lossShare: 0,
  bitsPerSec: 0,
}

function weather(plan: Partial<LinkPlan> = {}, seed = 1) {
  const set: number[] = []
  const over = new Weather({ ...link, ...plan }, new Rng(seed), async (us) => {
    set.push(us)
  })
  return { over, set }
}

test('faults add up, and each takes back what it added', async () => {
  const { over, set } = weather()
  const first = await over.slow(10_000)
  const second = await over.slow(500)
  await first()
  await second()
  expect(set).toEqual([50_000, 50_500, 40_500, 40_000])
})

test('jitter is drawn from the seed: the same again, within its bounds, and not always the same', async () => {
  const draw = async (seed: number) => {
    const { over, set } = weather({}, seed)
    for (let i = 0; i < 50; i++) await (await over.shake(5_000, 'uniform'))()
    return set.filter((_, i) => i % 2 === 0)
  }
  const drawn = await draw(7)
  expect(drawn).toEqual(await draw(7))
  expect(drawn).not.toEqual(await draw(8))
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(35_000)
  expect(Math.max(...drawn)).toBeLessThan(45_000)
  expect(new Set(drawn).size).toBeGreaterThan(40)
})

test('a delay is never negative', async () => {
  const { over, set } = weather({ latencyUs: 100 })
  for (let i = 0; i < 20; i++) await (await over.shake(5_000, 'uniform'))()
  expect(Math.min(...set)).toBe(0)
})

test('of two changes at once the proxies get the later one last', async () => {
  const set: number[] = []
  const waits: (() => void)[] = []
  const over = new Weather(link, new Rng(1), (us) => {
    set.push(us)
    return new Promise((resolve) => waits.push(resolve))
  })
  const first = over.slow(1_000)
  const second = over.slow(2_000)
  await Promise.resolve()
  await Promise.resolve()
  expect(set).toEqual([43_000])
  waits.shift()?.()
  await first
  await Promise.resolve()
  expect(set).toEqual([43_000, 43_000])
  waits.shift()?.()
  await second
})
