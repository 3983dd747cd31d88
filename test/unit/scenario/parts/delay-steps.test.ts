import { expect, test } from 'vitest'
import { inDelaySteps } from '../../../../harness/scenario/parts/delay-steps.ts'
import { aPlan } from '../../../support/plan.ts'

const link = { from: 'us', to: 'eu', law: 'uniform', lossShare: 0, bitsPerSec: 0 } as const

test('delays that a world cannot count in are rounded up, and each is said; the others stay as they are', () => {
  const plan = aPlan({
    links: [
      { ...link, latencyUs: 37_500, jitterUs: 0 },
      { ...link, from: 'eu', to: 'us', latencyUs: 40_000, jitterUs: 1_500 },
      { ...link, to: 'ap', latencyUs: 93_000, jitterUs: 4_000 },
    ],
    overlay: ['timeline: run 120s -> 90s'],
  })
  const { links, overlay } = inDelaySteps(plan, 1_000)
  expect(links.map(({ latencyUs, jitterUs }) => [latencyUs, jitterUs])).toEqual([
    [38_000, 0],
    [40_000, 2_000],
    [93_000, 4_000],
  ])
  expect(overlay).toEqual([
    'timeline: run 120s -> 90s',
    'links: us -> eu 37.5ms -> 38ms',
    'links: eu -> us 40ms jitter 1.5ms -> 40ms jitter 2ms',
  ])
})
