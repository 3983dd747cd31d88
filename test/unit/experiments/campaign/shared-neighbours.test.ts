import { expect, test } from 'vitest'
import { SECOND } from '../../../../harness/model/units.ts'
import { shareNeighbours } from '../../../../harness/pipeline/open-sim.ts'
import { aLoad, aPlan } from '../../../support/plan.ts'
import { simulate } from '../../../support/simulate.ts'

test('what a run records is the same, whether its neighbours are its own or shared by many runs', async () => {
  const plan = aPlan({
    data: { set: 'glosses-10k', base: 300 },
    load: [aLoad({ searchPerSec: 40, queries: { law: 'zipf', exponent: 2 } })],
    timeline: { warmupUs: SECOND, runUs: 8 * SECOND, settleUs: 2 * SECOND },
  })
  const own = await simulate(plan)
  shareNeighbours()
  const shared = await simulate(plan)
  expect(own.events.some((event) => event.type === 'op.end' && event.ids?.length === 10)).toBe(true)
  expect(JSON.stringify(shared.events)).toBe(JSON.stringify(own.events))
})
