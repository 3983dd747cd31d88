import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { factsOf } from '../../../../harness/analysis/facts/facts.ts'
import { readHistory } from '../../../../harness/analysis/facts/history.ts'
import { crossings } from '../../../../harness/analysis/metrics/lag.ts'
import { run, scenario } from '../../../../harness/index.ts'
import { alertMetrics } from '../../../../harness/model/alert.ts'
import type { FaultPlan } from '../../../../harness/model/fault.ts'
import { keptByAll } from '../../../../harness/model/layout.ts'
import type { RecordEvent } from '../../../../harness/model/record.ts'
import { SECOND, type Us } from '../../../../harness/model/units.ts'
import { layoutFor } from '../../../../harness/pipeline/catalogue.ts'
import { LiveFigures } from '../../../../harness/pipeline/live/live-figures.ts'
import type { Family } from '../../../../reports/export/families.ts'
import { aPlan } from '../../../support/plan.ts'

const aCut: FaultPlan = {
  kind: 'partition',
  name: 'cut',
  links: [{ from: 'us', to: 'eu' }],
  atUs: 5 * SECOND,
  untilUs: 9 * SECOND,
}

const samplesOf = (families: readonly Family[], name: string) => [
  ...(families.find((family) => family.name === `faultline_live_${name}`)?.samples.values() ?? []),
]

/** A run with its live figures at the end, and what its record says. */
async function ran(name: string) {
  const plan = await scenario(name)
  const figures = new LiveFigures(plan)
  // Once a second, at the first event of it.
  const inFlight: { t: Us; samples: ReturnType<typeof samplesOf> }[] = []
  let next = 0
  const out = join(mkdtempSync(join(tmpdir(), 'faultline-live-')), 'run')
  await run(plan, {
    out,
    onPlanned: (operations) => figures.expect(operations),
    onEvent: (event) => {
      figures.see(event)
      if (event.t < next) return
      next = (Math.floor(event.t / SECOND) + 1) * SECOND
      inFlight.push({ t: event.t, samples: samplesOf(figures.families(), 'operations_in_flight') })
    },
    onHealth: (line) => figures.seeHealth(line),
  })
  const facts = factsOf(readHistory(join(out, 'record.jsonl')), layoutFor(plan))
  return { plan, families: figures.families(), facts, inFlight }
}

describe.each(['milvus-frozen', 'gossip-split', 'primary-failover'])('at the end of %s', (name) => {
  test('live figures are what the record says', async () => {
    const { plan, families, facts, inFlight } = await ran(name)
    const { ops } = facts.history
    for (const { labels, value } of samplesOf(families, 'operations')) {
      const { region, operation, outcome } = labels
      const own = ops.filter((op) => op.region === region && op.kind === operation)
      const ended = own.filter((op) => (op.shed === null ? op.outcome : 'shed') === outcome)
      expect([labels, value]).toEqual([labels, ended.length])
    }
    expect(inFlight.length).toBeGreaterThan(10)
    for (const { t, samples } of inFlight)
      for (const { labels, value } of samples) {
        const own = ops.filter(
          (op) => op.region === labels['region'] && op.shed !== 'in-flight cap',
        )
        const due = own.filter(({ intended }) => intended <= t).length
        // Of what ends at this very moment some is written after this event.
        const over = own.filter(({ done }) => done !== null && done < t).length
        const overNow = own.filter(({ done }) => done !== null && done <= t).length
        expect([t, labels, value >= due - overNow && value <= due - over]).toEqual([
          t,
          labels,
          true,
        ])
      }
    const total = (family: string) =>
      samplesOf(families, family).reduce((sum, { value }) => sum + value, 0)
    expect(total('operations')).toBe(ops.length)
    const all = [...crossings(facts)]
    for (const { labels, value } of samplesOf(families, 'replication_backlog_writes')) {
      const open = all.filter(
        ({ link, arrivedUs }) => link === labels['link'] && arrivedUs === Number.POSITIVE_INFINITY,
      )
      expect([labels['link'], value]).toEqual([labels['link'], open.length])
    }
    expect(total('replicated_writes') + total('replication_backlog_writes')).toBe(all.length)
    const phase = samplesOf(families, 'phase').filter(({ value }) => value === 1)
    expect(phase.map(({ labels }) => Object.values(labels))).toEqual([['ended']])
    expect(samplesOf(families, 'fault_active')).toHaveLength(plan.faults.length)
  }, 120_000)
})

test('what alerting rules may ask for has the same name and labels, after faultline_live_', async () => {
  const { families } = await ran('wal-arrival-order')
  for (const [name, { type, labels, notSimulated }] of Object.entries(alertMetrics)) {
    const plain = name.replace(/_total$/, '')
    const family = families.find((one) => one.name === `faultline_live_${plain}`)
    expect([name, family?.type]).toEqual([name, type])
    const [sample] = samplesOf(families, plain)
    if (!sample || notSimulated !== undefined) continue
    const own = Object.keys(sample.labels).filter((label) => label !== 'le')
    expect([name, own.sort()]).toEqual([name, [...labels].sort()])
  }
}, 60_000)

test('what waits for its turn is in flight as soon as it is due, what a cap drops never is', () => {
  const { load } = aPlan()
  const region = load[0]?.region as string
  const figures = new LiveFigures(aPlan(), keptByAll(['us', 'eu']))
  const inFlight = () =>
    samplesOf(figures.families(), 'operations_in_flight').find(
      ({ labels }) => labels['region'] === region,
    )?.value
  expect(inFlight()).toBeUndefined()
  const op = (number: number, intended: number) =>
    ({ op: number, kind: 'search', client: 'a', region, intended }) as const
  figures.expect(
    [1, 2, 3, 4].map((number) => ({
      ...{
        op: number,
        kind: 'search',
        client: 'a',
        region,
        query: 0,
        k: 10,
        intendedUs: number * SECOND,
      },
    })),
  )
  const start = (number: number, t: number, closed?: true) =>
    figures.see({
      ...{ type: 'op.start', t, ...op(number, closed ? t : number * SECOND), gateway: region },
      ...(closed && { closed }),
    } as RecordEvent)
  expect(inFlight()).toBe(0)
  start(1, SECOND)
  expect(inFlight()).toBe(1)
  // The second waits: nothing is recorded of it, and time goes on.
  figures.see({ type: 'fault', t: 2.5 * SECOND, name: 'x', what: 'injected' })
  expect(inFlight()).toBe(2)
  figures.see({ type: 'op.shed', t: 3 * SECOND, ...op(3, 3 * SECOND), reason: 'in-flight cap' })
  expect(inFlight()).toBe(2)
  figures.see({ type: 'op.end', t: 3.5 * SECOND, op: 1, outcome: 'ok' } as RecordEvent)
  expect(inFlight()).toBe(1)
  start(9, 3.6 * SECOND, true)
  expect(inFlight()).toBe(2)
  figures.see({ type: 'op.end', t: 3.7 * SECOND, op: 9, outcome: 'ok' } as RecordEvent)
  start(2, 3.8 * SECOND)
  expect(inFlight()).toBe(1)
  figures.see({ type: 'op.shed', t: 4 * SECOND, ...op(4, 4 * SECOND), reason: 'run ended' })
  expect(inFlight()).toBe(2)
})

test('health is told as it was said last, and each fault while it is in force', () => {
  const figures = new LiveFigures(aPlan({ faults: [aCut] }), keptByAll(['us', 'eu']))
  const value = (name: string) => samplesOf(figures.families(), name)[0]?.value
  expect(value('cpu_busy_ratio')).toBeUndefined()
  expect(value('fault_active')).toBe(0)
  figures.see({ type: 'fault', t: aCut.atUs, name: aCut.name, what: 'injected' })
  figures.seeHealth({ wallMs: 1, runUs: 1, rssMiB: 2, lines: 1, busyShare: 0.5 })
  expect(value('fault_active')).toBe(1)
  expect(value('cpu_busy_ratio')).toBe(0.5)
  expect(value('harness_memory_bytes')).toBe(2 ** 21)
  figures.see({ type: 'fault', t: aCut.untilUs, name: aCut.name, what: 'healed' })
  expect(value('fault_active')).toBe(0)
})
