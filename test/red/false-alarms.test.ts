import { expect, test } from 'vitest'
import type { FaultPlan } from '../../harness/model/fault.ts'
import type { FaultEvent } from '../../harness/model/record.ts'
import { SECOND } from '../../harness/model/units.ts'
import { judged } from '../support/judged.ts'
import { aLoad, aPlan } from '../support/plan.ts'
import { simulate } from '../support/simulate.ts'
import { alarms, judgedText, threeRegions } from '../support/three-regions.ts'

/** What a run must not say, found by people who tried to make it say it. */

const there = { from: 'us', to: 'eu' }
const back = { from: 'eu', to: 'us' }

test('a run without settle accuses nobody of what is still on its way', async () => {
  const run = await judged(
    aPlan({
      data: { set: 'glosses-10k', base: 600 },
      load: ['us', 'eu'].map((region) => aLoad({ region, upsertPerSec: 20, searchPerSec: 2 })),
      timeline: { warmupUs: 0, runUs: 20 * SECOND, settleUs: 0 },
      faults: [
        {
          kind: 'partition',
          name: 'cut',
          links: [there, back],
          atUs: 10 * SECOND,
          untilUs: 20 * SECOND,
        },
      ],
    }),
  )
  expect(run.finding('lost-writes')).toMatchObject({ verdict: 'pass', violations: 0 })
  expect(run.finding('resurrected-delete').violations).toBe(0)
  expect(run.finding('regions-equal').verdict).toBe('unknown')
  expect(run.judgement.verdict).toBe('unknown')
})

test('a delay on a link that another fault has cut is not confirmed by the silence', async () => {
  const faults: FaultPlan[] = [
    {
      kind: 'partition',
      name: 'cut',
      links: [there, back],
      atUs: 5 * SECOND,
      untilUs: 15 * SECOND,
    },
    {
      kind: 'latency',
      name: 'slow',
      links: [there],
      addUs: 1_000,
      atUs: 6 * SECOND,
      untilUs: 12 * SECOND,
    },
  ]
  const { events } = await simulate(
    aPlan({ load: [aLoad({ searchPerSec: 0, upsertPerSec: 0 })], faults }),
  )
  const said = (name: string) =>
    events
      .filter((event): event is FaultEvent => event.type === 'fault' && event.name === name)
      .map(({ what }) => what)
  expect(said('cut')).toContain('confirmed')
  expect(said('slow')).not.toContain('confirmed')
})

test.each(['strong', 'sequential'])(
  'a write that a frozen store took after its deadline is no step back (%s)',
  async (level) => {
    const freeze = 'store-freeze: eu-west, at: 10s, for: 10s'
    const run = await judgedText(threeRegions(`kind: gossip-quorum, level: ${level}`, [freeze]))
    expect(alarms(run)).toEqual([])
    for (const checker of ['monotonic-writes', 'writes-follow-reads'])
      expect(run.finding(checker)).toMatchObject({ verdict: 'pass', promised: true })
    const late = run.events.filter((event) => event.type === 'hop' && event.hop === 'unanswered')
    expect(late.length).toBeGreaterThan(0)
  },
  180_000,
)
