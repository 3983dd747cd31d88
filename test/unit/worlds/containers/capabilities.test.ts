import { expect, test } from 'vitest'
import type { FaultKind, FaultPlan } from '../../../../harness/model/fault.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { missingInContainers } from '../../../../harness/worlds/containers/capabilities.ts'
import { missingFaults } from '../../../../harness/worlds/containers/injector.ts'
import { aPlan } from '../../../support/plan.ts'

const there = { from: 'us', to: 'eu' }
const back = { from: 'eu', to: 'us' }
const regions = ['us', 'eu', 'ap']

const planned = (kind: FaultKind): FaultPlan => ({
  ...kind,
  name: 'wrong',
  atUs: 5 * SECOND,
  untilUs: 9 * SECOND,
})
const whyNot = (kind: FaultKind, over = {}) =>
  missingFaults(aPlan({ faults: [planned(kind)], ...over })).map(({ why }) => why)

test.each<FaultKind>([
  { kind: 'partition', links: [there, back] },
  { kind: 'one-way-cut', links: [there] },
  { kind: 'flap', links: [there], upUs: SECOND, downUs: SECOND },
  { kind: 'latency', links: [there], addUs: 2_000 },
  { kind: 'jitter', links: [there], addUs: 30_000, law: 'uniform' },
  { kind: 'connection-bandwidth', links: [there], bitsPerSec: 504_000 },
  { kind: 'connection-reset', links: [there] },
  { kind: 'slow-close', links: [there], delayUs: SECOND },
  { kind: 'mirror-kill', links: [there] },
  { kind: 'mirror-pause', links: [there, back] },
  { kind: 'region-pause', region: 'us' },
  { kind: 'region-crash', region: 'us' },
  { kind: 'agent-pause', region: 'us' },
  { kind: 'agent-crash', region: 'us' },
  { kind: 'store-freeze', region: 'us' },
  { kind: 'store-crash', region: 'us' },
  { kind: 'log-freeze', region: 'us' },
  { kind: 'log-crash', region: 'us' },
  { kind: 'clock-skew', region: 'us', offsetUs: SECOND, driftPpm: 200 },
  { kind: 'log-clock-skew', region: 'us', offsetUs: SECOND },
])('$kind can be had on real servers', (kind) => {
  expect(whyNot(kind)).toEqual([])
})

test.each<[FaultKind, string]>([
  [
    { kind: 'hold', links: [there] },
    'Toxiproxy cannot keep what is sent and pass it on later. Write partition.',
  ],
  [
    { kind: 'bandwidth', links: [there], bitsPerSec: 1e6 },
    'Toxiproxy caps each connection, not all of a link together. Write connection-bandwidth.',
  ],
  [
    { kind: 'loss', links: [there], share: 0.1 },
    'Toxiproxy carries streams and loses no segments. Write latency or jitter.',
  ],
  [
    { kind: 'brown-out', region: 'us', factor: 2, share: 1 },
    'a real store cannot be slowed down by a factor. Write store-freeze.',
  ],
  [
    { kind: 'connection-bandwidth', links: [there], bitsPerSec: 500_000 },
    'Toxiproxy counts whole kilobytes a second, steps of 8kbit/s. Write cap: 504kbit/s.',
  ],
  [
    { kind: 'jitter', links: [there], addUs: 900, law: 'uniform' },
    'Toxiproxy counts whole milliseconds. Write add: 1ms.',
  ],
  [
    { kind: 'latency', links: [there], addUs: 1_600 },
    'Toxiproxy counts whole milliseconds. Write add: 2ms.',
  ],
  [
    { kind: 'jitter', links: [there], addUs: 30_000, law: 'pareto' },
    'Toxiproxy draws delays by a uniform law only, not pareto. Write law: uniform.',
  ],
])('$0.kind cannot, and the message says what can', (kind, why) => {
  expect(whyNot(kind)).toEqual([why])
})

test('a mirror can only die for all regions it copies, since it is one process', () => {
  const kill = (links: { from: string; to: string }[]) =>
    whyNot({ kind: 'mirror-kill', links }, { regions })
  const alone = 'one MirrorMaker copies all regions into eu, also ap. Write mirror-kill: -> eu.'
  expect(kill([there])).toEqual([alone])
  expect(kill([there, { from: 'ap', to: 'eu' }])).toEqual([])
})

test('two jitters at once on one link have no uniform sum, one after the other each is uniform', () => {
  const jitter = (name: string, atUs: number, link = there): FaultPlan => ({
    ...{ kind: 'jitter', links: [link], addUs: 30_000, law: 'uniform', name },
    ...{ atUs, untilUs: atUs + 4 * SECOND },
  })
  const lacking = (...faults: FaultPlan[]) => missingFaults(aPlan({ faults }))
  const why =
    'Toxiproxy draws one delay for a message, and one has it drawn at that time. Write one jitter after the other.'
  expect(lacking(jitter('one', SECOND), jitter('two', 3 * SECOND))).toEqual([{ fault: 'two', why }])
  expect(lacking(jitter('one', SECOND), jitter('two', 5 * SECOND))).toEqual([])
  expect(lacking(jitter('one', SECOND), jitter('two', 3 * SECOND, back))).toEqual([])
})

test('a link that varies by another law than Toxiproxy draws is named', () => {
  const [link] = aPlan().links
  const links = [{ ...(link as NonNullable<typeof link>), jitterUs: 3_000, law: 'pareto' as const }]
  expect(missingInContainers(aPlan({ links }))).toEqual([
    {
      what: `a jitter that is not uniform on ${link?.from} -> ${link?.to}`,
      why: 'Toxiproxy draws delays by a uniform law only. Write law: uniform.',
      at: ['links'],
    },
  ])
})

test('a plan that asks for nothing odd lacks nothing; what it asks for is named with its place', () => {
  const index = {
    kind: 'hnsw',
    m: 16,
    efConstruction: 200,
    ef: 64,
    sealAt: 2_000,
    compactAt: 0.2,
  } as const
  expect(missingInContainers(aPlan({ index }), () => false)).toEqual([])
  const lacks = missingInContainers(
    aPlan({
      index,
      log: { partitions: 3, retentionUs: SECOND },
      faults: [planned({ kind: 'hold', links: [there] })],
    }),
    (path) => path.at(-1) === 'sealAt',
  )
  expect(lacks.map(({ what, at }) => [what, at.join('.')])).toEqual([
    ['index: { hnsw: { sealAt } }', 'system.index.hnsw.sealAt'],
    ['log: { retention }', 'log.retention'],
    ['fault wrong (hold)', 'faults.0'],
  ])
})
