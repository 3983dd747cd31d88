import { expect, test } from 'vitest'
import type { FaultPlan } from '../../harness/model/fault.ts'
import { MS, SECOND } from '../../harness/model/units.ts'
import { aLimit } from '../support/analysis.ts'
import { judged } from '../support/judged.ts'
import { aLoad, aPlan } from '../support/plan.ts'

/** What few samples show, in whole runs: each was once a pass, or nothing, without a word. */

test('101 answers without a failure do not show 99.999 %', async () => {
  const nines = aLimit({
    ...{ metric: 'availability', stat: { kind: 'value' }, bound: 'at-least', value: 0.99999 },
    operation: 'search',
  })
  const { judgement } = await judged(
    aPlan({
      data: { set: 'glosses-10k', base: 200 },
      load: [aLoad({ searchPerSec: 5, upsertPerSec: 0, arrivals: { kind: 'constant' } })],
      timeline: { warmupUs: 2 * SECOND, runUs: 20 * SECOND, settleUs: 2 * SECOND },
      limits: [nines, { ...nines, value: 0.96 }, { ...nines, value: 1 }],
    }),
  )
  expect(judgement).toMatchObject({ verdict: 'unknown', exitCode: 3 })
  expect(judgement.limits.map(({ verdict }) => verdict)).toEqual(['unknown', 'pass', 'pass'])
  const [{ count, shown }] = judgement.limits as [(typeof judgement.limits)[number]]
  // Wilson: n ÷ (n + z²) with z = 1.96 where all n are good.
  expect(shown?.low).toBeCloseTo(count / (count + 3.8415), 5)
})

test('a percentile of a short recovery fails where every search in it takes three times the limit', async () => {
  const cut: FaultPlan = {
    kind: 'partition',
    name: 'partition',
    links: [
      { from: 'us', to: 'eu' },
      { from: 'eu', to: 'us' },
    ],
    atUs: 10 * SECOND,
    untilUs: 20 * SECOND,
  }
  const p99 = aLimit({ value: MS, phase: 'recovery:partition' })
  const { judgement, rows } = await judged(
    aPlan({
      data: { set: 'glosses-10k', base: 200 },
      load: [aLoad({ searchPerSec: 20 }), aLoad({ region: 'eu', searchPerSec: 20 })],
      timeline: { warmupUs: 2 * SECOND, runUs: 40 * SECOND, settleUs: 10 * SECOND },
      faults: [cut],
      limits: [p99],
    }),
  )
  const searches = rows('search.response', { region: 'us', phase: 'recovery:partition' })
  expect(searches[0]?.count).toBeLessThan(1000)
  expect(judgement).toMatchObject({ verdict: 'fail', exitCode: 1 })
  expect(judgement.limits.map(({ verdict }) => verdict)).toEqual(['fail', 'fail'])
})
