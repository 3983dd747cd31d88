import { expect, test } from 'vitest'
import type { RunPromises } from '../../../harness/model/guarantees.ts'
import { scenarioJsonSchema } from '../../../harness/scenario/shown/json-schema.ts'
import { renderCheck } from '../../../harness/scenario/shown/timeline.ts'
import { aScenario, known, planOf } from './known.ts'

const promises: RunPromises = {
  given: ['all regions become equal', 'no acknowledged write is lost'],
  excepted: [{ clause: 'old answers are flagged', when: 'a link is cut (fault cut)' }],
}

test('check shows a plan as a person can check it', () => {
  const plan = planOf(
    `# Does it catch up?\n\n${aScenario({
      links: 'links: { us -> eu: { latency: 40ms, jitter: 2ms }, eu -> us: { latency: 42ms } }',
      load: 'load: [{ in: us, clients: 20, search: 60/s, upsert: 10/s, fetchOwn: 10% }]',
      faults: `faults:
  - { partition: us <-> eu, at: 30s, for: 40s, name: cut }
  - { brown-out: eu, factor: 4, share: 50%, at: 80s, for: 20s }`,
      limits: `limits:
  - { metric: search.response, p: 99, max: 40ms }
  - { metric: lag, p: 90, max: 2s, phase: baseline }
  - { metric: recall, mean: 0.95, pool: true }
  - { metric: catch-up, max: 30s }
  - { metric: lost-writes, max: 0 }`,
      expect: 'expect: { verdict: pass, quiet: [lost-writes] }',
    })}`,
  )
  expect(renderCheck(plan, promises)).toMatchInlineSnapshot(`
    "test, seed 42
    Does it catch up?

      system   active-active-cdc: conflict hybrid-logical-clock, ack local, fanOut off, batch 128,
               affinity 5m, tombstones 10m, health 1s
      index    flat (exact)
      data     glosses, 5,000 points at the start in every region
      mirrors  at-least-once, offsets flushed every 60s
      logs     4 partitions a topic, kept 7d
      probes   one pair every 1s
      servers  simulated as milvus-2.3.5-2core

    Regions and load
      region  clients  search  upsert  delete  fetchOwn  deadline
      us           20    60/s    10/s     0/s       10%        2s  poisson arrivals, k 10, queue beyond
                                                                   4,096 in flight
      eu                                                           no load enters here

    Links
                one way  round trip
      us -> eu     40ms        82ms  ± 2ms
      eu -> us     42ms        82ms
      A connection carries at most its window each round trip (mirror 64KiB, log 100KiB, store 64KiB,
      agent 3MiB): a mirror over us -> eu gets at most 799.22kB/s.

    Phases (from the end of warm-up)
                       from    to
      warmup           -10s    0s  10s, not judged
      baseline           0s   30s  30s
      fault:cut         30s   70s  40s
      recovery:cut      70s   80s  until caught up, at most 10s; then baseline again
      fault:brown-out   80s  100s  20s
      settle           100s  120s  20s, nothing arrives

    Faults
                 0s                                  100s
      cut        ············████████████████············  30s to 70s   partition: us <-> eu
      brown-out  ································████████  80s to 100s  eu, factor 4, share 50%

    Promised under these faults
      all regions become equal; no acknowledged write is lost
      not: old answers are flagged, when a link is cut (fault cut)

    Operations expected
      region  kind    in all  of these in
      us      search   6,600  baseline 1,800, fault:cut 2,400, recovery:cut 600, fault:brown-out 1,200
      us      fetch      110  baseline 30, fault:cut 40, recovery:cut 10, fault:brown-out 20
      us      upsert   1,100  baseline 300, fault:cut 400, recovery:cut 100, fault:brown-out 200

    Limits
      search.response p99 ≤ 40ms  each region, each phase with searches; at least 1,200 searches (us,
                                  fault:brown-out), 12 beyond p99
      lag p90 ≤ 2s                each link, baseline; at least 300 writes (us -> eu, baseline), 30
                                  beyond p90
      recall mean ≥ 0.95          all regions pooled, each phase with searches; at least 1,200 searches
                                  (fault:brown-out)
      catch-up ≤ 30s              each fault
      lost-writes ≤ 0             the whole run

    Expected outcome
      pass (judged only by run --expect)
      must stay quiet: lost-writes"
  `)
})

test('check says what real servers are started with, and what is laid over for them', () => {
  const text = aScenario({
    limits: 'limits: [{ metric: search.response, p: 90, max: 40ms }]',
    servers: 'servers: { producer: idempotent, concurrentSends: true, kafkaClock: true }',
    runs: 'runs-in: [sim, containers]',
    worlds: `worlds:
  sim: { servers: { producer: at-least-once, concurrentSends: false } }
  containers: { rate: 50%, limits: [{ metric: search.response, p: 90, max: 400ms }] }`,
  })
  const shown = renderCheck(planOf(text, { world: 'containers' }), promises)
  expect(shown.slice(shown.indexOf('  servers'), shown.indexOf('Regions and load'))).toBe(
    `  servers  real, in containers: tick 50ms, session TTL 30s, producers idempotent with concurrent
           sends, clocks of brokers can be moved

Laid over for containers
  load: 60/s -> 30/s searches in us and eu
  load: 10/s -> 5/s upserts in us and eu
  limit search.response p90 max 40ms -> max 400ms

What is started
  2 regions: Milvus, Kafka and MirrorMaker 2 each, and one Toxiproxy: 7 containers
  2 directed links of 10 paths, two proxies each
  delays in whole milliseconds; jitter is drawn by Toxiproxy, which takes no seed
  about 1.2 GiB of memory

`,
  )
})

test('the JSON Schema knows every key, refuses others, and takes knobs as people write them', () => {
  const schema = scenarioJsonSchema(known) as {
    additionalProperties: boolean
    required: string[]
    then: { required: string[] }
    properties: Record<string, { anyOf?: unknown[]; items?: { anyOf: unknown[] } }>
  }
  expect(schema.additionalProperties).toBe(false)
  expect(schema.required).toEqual(['name'])
  expect(schema.then.required).toEqual(['name', 'regions', 'system', 'load'])
  const system = JSON.stringify(schema.properties.system)
  expect(system).toContain('"affinity"')
  expect(system).not.toContain('affinityUs')
  expect(schema.properties.faults?.items?.anyOf).toHaveLength(30)
  expect(JSON.stringify(schema.properties.limits)).toContain('"search.response"')
})

test('check says what a connection carries, and what a loss costs where something is lost', () => {
  const checked = (over: Record<string, string>, world?: 'containers') =>
    renderCheck(planOf(aScenario(over), world ? { world } : {}), promises).replace(/\s+/g, ' ')
  const plain = checked({})
  expect(plain).toContain(
    'A connection carries at most its window each round trip (mirror 64KiB, log 100KiB, store 64KiB, agent 3MiB): ' +
      'a mirror over us -> eu gets at most 819.2kB/s.',
  )
  expect(plain).not.toContain('A lost segment')
  const wide = 'links: { us <-> eu: { latency: 40ms, loss: 1%, window: 1MiB } }'
  const lossy = checked({ links: wide })
  expect(lossy).toContain('1% lost, window 1MiB')
  // Mathis: 1,448 B × √1.5 ÷ √0.01 in 80 ms.
  expect(lossy).toContain('a mirror over us -> eu gets at most 221.679kB/s.')
  expect(lossy).toContain('A lost segment is sent again after one round trip')
  expect(checked({}, 'containers')).toContain('no window meets the round trip of a link here')
})
