import { expect, test } from 'vitest'
import { collectHistory } from '../../../harness/analysis/facts/history.ts'
import {
  ABSENT,
  type RegionState,
  regionStates,
} from '../../../harness/analysis/facts/region-state.ts'
import { keptByAll } from '../../../harness/model/layout.ts'
import type { RecordEvent } from '../../../harness/model/record.ts'
import { aPlan } from '../../support/plan.ts'

/** The state of `us` after some events, base of 10 points. */
function stateAfter(events: readonly RecordEvent[]): RegionState {
  const plan = aPlan({ data: { set: 'glosses-10k', base: 10 } })
  const history = collectHistory((take) => {
    take({ type: 'plan', t: 0, faultline: 'test', plan }, 1)
    for (const [i, event] of events.entries()) take({ ...event }, i + 2)
    return { lines: events.length + 1, lastUs: 100, cutOff: null }
  })
  return regionStates(history, keptByAll(plan.regions)).get('us') as RegionState
}

const hop = (t: number, what: 'applied' | 'visible', id: number, write: number): RecordEvent => ({
  ...{ type: 'hop', t, hop: what, region: 'us', id, write },
})
const replaced = (t: number, ids: number[], writes: number[]): RecordEvent => ({
  ...{ type: 'store', t, region: 'us', what: 'replaced', ids, writes },
})

test('what a swap or a loss took away is neither there nor seen from then on', () => {
  const state = stateAfter([
    hop(10, 'applied', 3, 7),
    hop(12, 'visible', 3, 7),
    replaced(20, [3, 4], [0, ABSENT]),
  ])
  expect([state.applied(3, 19), state.visible(3, 19)]).toEqual([7, 7])
  expect([state.applied(3, 20), state.visible(3, 20)]).toEqual([0, 0])
  expect([state.applied(4, 19), state.applied(4, 20), state.visible(4, 20)]).toEqual([0, -1, -1])
  expect(state.applied(5, 20)).toBe(0)
})

test('what is written after a swap counts, also within the same microsecond', () => {
  const state = stateAfter([
    hop(10, 'applied', 3, 7),
    replaced(20, [3], [ABSENT]),
    hop(20, 'applied', 3, 8),
    hop(30, 'visible', 3, 8),
  ])
  expect(state.applied(3, 20)).toBe(8)
  expect([state.visible(3, 29), state.visible(3, 30)]).toEqual([-1, 8])
})
