import { describe, expect, test } from 'vitest'
import type { FaultKind, FaultPlan } from '../../../harness/model/fault.ts'
import type { LinkPlan } from '../../../harness/model/plan.ts'
import { MS, SECOND, type Us } from '../../../harness/model/units.ts'
import type { Probes, World } from '../../../harness/ports/world.ts'
import type { Canary } from '../../../harness/run/canary.ts'
import { canariesFor } from '../../../harness/run/canary-kinds.ts'

const planned = (kind: FaultKind): FaultPlan => ({
  ...kind,
  name: 'fault',
  atUs: 5 * SECOND,
  untilUs: 15 * SECOND,
})

/** The one canary of a fault, in a world of which only the clock and some probes exist. */
function canaryOf(kind: FaultKind, probes: Partial<Probes>, now: () => Us = () => 0): Canary {
  const world = { clock: { now }, probes } as unknown as World
  const [canary, ...more] = canariesFor(world, planned(kind), [])
  if (!canary || more.length > 0) throw new Error(`${kind.kind} has not one canary`)
  return canary
}

const skew = (offsetUs: Us, driftPpm = 0): FaultKind => ({
  kind: 'clock-skew',
  region: 'eu',
  offsetUs,
  driftPpm,
})
const during = 10 * SECOND
const after = 16 * SECOND

describe('the clock of a region, read over a round trip', () => {
  const judge = (kind: FaultKind, rtt: Us, offset: Us, us: Us = during) =>
    canaryOf(kind, {}).abnormal({ rtt, offset }, [], us)

  test('is off where it is off as planned', () => {
    expect(judge(skew(5 * SECOND), 0, 5 * SECOND)).toBe(true)
    expect(judge(skew(-5 * SECOND), 4 * MS, -5 * SECOND)).toBe(true)
    expect(judge(skew(5 * SECOND), 4 * MS, 3 * SECOND)).toBe(false)
  })

  test('is not off because an answer was slow: it blurs by half the round trip', () => {
    expect(judge(skew(5 * SECOND), 80 * MS, 40 * MS)).toBe(false)
    expect(judge(skew(5 * SECOND), 80 * MS, 40 * MS, after)).toBe(false)
    expect(judge(skew(5 * SECOND), 80 * MS, 41 * MS, after)).toBe(true)
    expect(judge(skew(100 * MS), 40 * MS, 119 * MS)).toBe(true)
  })

  test('is not known where the answer was too slow to tell', () => {
    expect(judge(skew(100 * MS), 100 * MS, 100 * MS)).toBeNull()
    expect(judge(skew(100 * MS), 100 * MS, 0, after)).toBeNull()
    expect(canaryOf(skew(SECOND), {}).abnormal({ rtt: -1 }, [], during)).toBeNull()
  })

  test('may run away, and is then off by what has come together', () => {
    expect(judge(skew(0, 5_000), 0, 25 * MS)).toBe(true)
    expect(judge(skew(0, 5_000), 0, 25 * MS, 6 * SECOND)).toBe(false)
    expect(judge(skew(0, 5_000), 0, 50 * MS, after)).toBe(true)
  })
})

test('the clock of a log is read off the time it gave a probe record', async () => {
  let nowUs = SECOND
  const canary = canaryOf(
    { kind: 'log-clock-skew', region: 'eu', offsetUs: 5 * SECOND },
    {
      logTime: async () => {
        nowUs += 10 * MS
        return { ok: true, wallUs: nowUs + 5 * SECOND }
      },
    },
    () => nowUs,
  )
  const reading = await canary.measure()
  expect(canary.name).toBe('log clock eu')
  expect(reading).toEqual({ rtt: 10 * MS, offset: 5 * SECOND + 5 * MS })
  expect(canary.abnormal(reading, [], during)).toBe(true)
  // Logs stamp whole milliseconds.
  expect(canary.abnormal({ rtt: 0, offset: 2 * MS }, [], after)).toBe(false)
})

test('a slow close is seen by how long the far side takes to end what this side has ended', async () => {
  let nowUs = 0
  let tookUs = 80 * MS
  const asked: unknown[] = []
  const link = { from: 'us', to: 'eu' }
  const canary = canaryOf(
    { kind: 'slow-close', links: [link], delayUs: 2 * SECOND },
    {
      hangUp: async (on, deadlineUs) => {
        asked.push(on, deadlineUs)
        nowUs += tookUs
        return true
      },
    },
    () => nowUs,
  )
  const normal = [await canary.measure()]
  tookUs += 2 * SECOND
  expect(canary.abnormal(await canary.measure(), normal, during)).toBe(true)
  expect(canary.abnormal(normal[0] as { rtt: Us }, normal, after)).toBe(false)
  expect(asked.slice(0, 2)).toEqual([link, 7 * SECOND])
})

describe('a canary that waits for an answer', () => {
  const link = { from: 'us', to: 'eu' }
  const kinds: FaultKind[] = [
    { kind: 'mirror-kill', links: [link] },
    { kind: 'agent-crash', region: 'eu' },
    { kind: 'store-crash', region: 'eu' },
    { kind: 'log-freeze', region: 'eu' },
  ]
  const lost = { rtt: -1 }
  const came = { rtt: MS }

  test.each(kinds)('of $kind says nothing if there was none before the fault either', (kind) => {
    const canary = canaryOf(kind, {})
    expect(canary.abnormal(lost, [lost, lost, lost], during)).toBeNull()
    expect(canary.abnormal(came, [lost, lost, came], after)).toBeNull()
  })

  test.each(kinds)('of $kind takes a few lost ones before the fault for chance', (kind) => {
    const canary = canaryOf(kind, {})
    expect(canary.abnormal(lost, [came, lost, came], during)).toBe(true)
    expect(canary.abnormal(came, [came, lost], after)).toBe(false)
    expect(canary.abnormal(lost, [], during)).toBe(true)
  })

  test('over a link says nothing of a cut, either way, if the link was dead before', () => {
    const probes = { paths: () => ['echo'] as const }
    const world = { clock: { now: () => 0 }, probes } as unknown as World
    const dead = [
      { rtt: -1, arrived: false },
      { rtt: -1, arrived: false },
    ]
    for (const kind of ['partition', 'one-way-cut'] as const) {
      const canaries = canariesFor(world, planned({ kind, links: [link] }), [])
      expect(canaries.map(({ abnormal }) => abnormal(lost, dead, during))).toEqual(
        canaries.map(() => null),
      )
      expect(canaries.map(({ abnormal }) => abnormal(lost, [came], during))).toEqual(
        canaries.map(() => true),
      )
    }
  })
})

describe('an echo that is sooner than the links allow', () => {
  const planOf = (from: string, to: string): LinkPlan => ({
    ...{
      from,
      to,
      latencyUs: 40 * MS,
      jitterUs: 2 * MS,
      law: 'uniform',
      lossShare: 0,
      bitsPerSec: 0,
    },
  })
  const plans = [planOf('us', 'eu'), planOf('eu', 'us')]
  const links = [{ from: 'us', to: 'eu' }]
  const world = {
    clock: { now: () => 0 },
    probes: { paths: () => ['echo', 'kafka'] as const },
  } as unknown as World
  const before = [{ rtt: 80 * MS }, { rtt: 81 * MS }]

  test.each<FaultKind>([
    { kind: 'latency', links, addUs: 100 * MS },
    { kind: 'jitter', links, addUs: 50 * MS, law: 'uniform' },
    { kind: 'partition', links },
  ])('proves neither that $kind bites nor that it is over', (kind) => {
    for (const { abnormal } of canariesFor(world, planned(kind), plans)) {
      expect(abnormal({ rtt: 75 * MS }, before, during)).toBeNull()
      expect(abnormal({ rtt: 76 * MS }, before, during)).toBe(false)
    }
  })

  test('is no proof of jitter on a link that nobody planned a floor for either', () => {
    const kind: FaultKind = { kind: 'jitter', links, addUs: 50 * MS, law: 'uniform' }
    for (const { abnormal } of canariesFor(world, planned(kind), [])) {
      expect(abnormal({ rtt: 10 * MS }, before, during)).toBe(false)
      expect(abnormal({ rtt: 150 * MS }, before, during)).toBe(true)
    }
  })
})
