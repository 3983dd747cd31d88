import { expect, test } from 'vitest'
import type { LinkPlan } from '../../../../harness/model/plan.ts'
import { checkLinks } from '../../../../harness/worlds/containers/link-check.ts'

const link = (from: string, to: string): LinkPlan => ({
  from,
  to,
  latencyUs: 40_000,
  jitterUs: 0,
  law: 'uniform',
  lossShare: 0,
  bitsPerSec: 0,
})
const links = [link('us', 'eu'), link('eu', 'us')]

/** Echoes, each of its own length, one after the other for one link alone. */
function echoes(...rtts: number[]) {
  let us = 0
  let turn = 0
  const echo = async () => {
    us += rtts[turn++ % rtts.length] as number
    return { ok: true }
  }
  return { echo, now: () => us }
}

test('links that are as planned pass, and one slow echo of five is no reason', async () => {
  const { echo, now } = echoes(400_000, 82_000, 81_000, 80_500, 82_000)
  const alone = [{ ...(links[0] as LinkPlan), to: 'us' }]
  await checkLinks(alone, echo, now)
})

test('a link that is off by more than the tolerance ends the run before it begins, with both figures', async () => {
  let us = 0
  const echo = async () => {
    us += 200_000
    return { ok: true }
  }
  await expect(checkLinks(links, echo, () => us)).rejects.toThrow(
    'The link us -> eu differs from the plan: the round trip should take 80.0 ms, and an echo takes',
  )
})

test('a link that is slow while the machine is busy passes once it is what it should be', async () => {
  const busy = Array.from({ length: 20 }, () => 200_000)
  const { echo, now } = echoes(...busy, 81_000, 81_000, 81_000, 81_000, 81_000)
  await checkLinks([{ ...(links[0] as LinkPlan), to: 'us' }], echo, now)
  expect(now()).toBe(20 * 200_000 + 5 * 81_000)
})

test('an echo that is shorter than the link allows ends the run at once, however good the median', async () => {
  const varying = links.map((one) => ({ ...one, jitterUs: 2_000 }))
  const within = echoes(76_000, 81_000, 81_000, 81_000, 81_000)
  const alone = (floor: LinkPlan[]) => [{ ...(floor[0] as LinkPlan), to: 'us' }]
  await checkLinks(alone(varying), within.echo, within.now)
  const early = echoes(75_900, 81_000, 81_000, 81_000, 81_000)
  await expect(checkLinks(alone(varying), early.echo, early.now)).rejects.toThrow(
    'one took 75.9 ms, although nothing can take less than 76.0 ms. Nothing was measured.',
  )
})

test('a link over which nothing comes back is off', async () => {
  let us = 0
  const silent = async () => {
    us += 2_000_000
    return { ok: false }
  }
  await expect(checkLinks(links, silent, () => us)).rejects.toThrow(
    'should take 80.0 ms, and no echo came back. Nothing was measured.',
  )
})
