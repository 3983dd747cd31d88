import { expect, test } from 'vitest'
import { type StateName, states } from '../../../../harness/analysis/ledger/states.ts'
import type { FaultPlan } from '../../../../harness/model/fault.ts'
import type { Plan } from '../../../../harness/model/plan.ts'
import { MS, SECOND, type Us } from '../../../../harness/model/units.ts'
import { aRecord, type RecordScript } from '../../../support/record.ts'

const usToEu = { from: 'us', to: 'eu' }
const euToUs = { from: 'eu', to: 'us' }

/** How often a record was in a state. */
const times = (state: StateName, record: RecordScript): number => states[state](record.facts(), [])

const cut = (name: string, links = [usToEu, euToUs]): FaultPlan => ({
  ...{ kind: 'partition', name, links, atUs: 2 * SECOND, untilUs: 6 * SECOND },
})

type Times = [confirmedUs: Us | null, healedUs: Us]

/** A run with faults that went as said; null: no canary saw it. */
function withFaults(faults: [FaultPlan, Times][], over: Partial<Plan> = {}): RecordScript {
  const record = aRecord({ faults: faults.map(([fault]) => fault), ...over })
  for (const [{ name, atUs }, [confirmed, healed]] of faults) {
    const seen = confirmed === null ? {} : { confirmed }
    record.fault(name, { injected: atUs, ...seen, healed, 'heal-confirmed': healed })
  }
  return record
}

const backlog = 'partition with a backlog at its end'

test('a write that waited for the end of a cut is a backlog', () => {
  const waited = withFaults([[cut('cut'), [2.1 * SECOND, 6 * SECOND]]])
    .upsert({ op: 1, id: 1, at: 3 * SECOND })
    .hops(1, 1, 'us', { applied: 3 * SECOND })
    .hops(1, 1, 'eu', { applied: 6.2 * SECOND })
  expect(times(backlog, waited)).toBe(1)
})

test('what was on its way anyway, goes another way, or came before nobody saw a cut is none', () => {
  const faults: [FaultPlan, Times][] = [[cut('cut', [usToEu]), [2.1 * SECOND, 6 * SECOND]]]
  const late = 6.2 * SECOND
  const lastMoment = withFaults(faults)
    .upsert({ op: 1, id: 1, at: 5.9 * SECOND })
    .hops(1, 1, 'us', { applied: 5.9 * SECOND })
    .hops(1, 1, 'eu', { applied: late })
  const otherWay = withFaults(faults)
    .upsert({ op: 1, id: 1, at: 3 * SECOND, region: 'eu' })
    .hops(1, 1, 'eu', { applied: 3 * SECOND })
    .hops(1, 1, 'us', { applied: late })
  const unseen = withFaults([[cut('cut'), [null, 6 * SECOND]]])
    .upsert({ op: 1, id: 1, at: 3 * SECOND })
    .hops(1, 1, 'us', { applied: 3 * SECOND })
    .hops(1, 1, 'eu', { applied: late })
  const fromElsewhere = withFaults(faults, { regions: ['us', 'eu', 'ap'] })
    .upsert({ op: 1, id: 1, at: 3 * SECOND, region: 'ap' })
    .hops(1, 1, 'us', { applied: 3 * SECOND })
    .hops(1, 1, 'ap', { applied: 3 * SECOND })
    .hops(1, 1, 'eu', { applied: late })
  const gone = withFaults(faults)
    .upsert({ op: 1, id: 1, at: 3 * SECOND })
    .everywhere(1, 1, 3.1 * SECOND)
  for (const record of [lastMoment, otherWay, fromElsewhere, unseen, gone])
    expect(times(backlog, record)).toBe(0)
})

test('of two cuts the one that ends first heals while another link is down', () => {
  const state = 'heal while another link is down'
  const both = (first: Times, second: Times) =>
    times(
      state,
      withFaults([
        [cut('one', [usToEu]), first],
        [cut('two', [euToUs]), second],
      ]),
    )
  expect(both([2.1 * SECOND, 4 * SECOND], [3 * SECOND, 6 * SECOND])).toBe(1)
  expect(both([2.1 * SECOND, 6 * SECOND], [2.1 * SECOND, 6 * SECOND])).toBe(0)
  expect(both([2.1 * SECOND, 3 * SECOND], [4 * SECOND, 6 * SECOND])).toBe(0)
  expect(both([2.1 * SECOND, 4 * SECOND], [null, 6 * SECOND])).toBe(0)
  const slow: FaultPlan = { ...cut('slow'), kind: 'latency', links: [euToUs], addUs: SECOND }
  const beside = withFaults([
    [cut('cut'), [2.1 * SECOND, 4 * SECOND]],
    [slow, [2.1 * SECOND, 6 * SECOND]],
  ])
  expect(times(state, beside)).toBe(0)
})

test('a clock is off beyond the latency only if it is further off than the fastest link takes, and was seen to be', () => {
  const skew = (offsetUs: Us, confirmed: Us | null = 3 * SECOND, kind = 'clock-skew') => {
    const at = { name: 'skew', atUs: 2 * SECOND, untilUs: 6 * SECOND, region: 'us' }
    const fault = { ...at, kind, offsetUs, driftPpm: 0 } as FaultPlan
    return times('skew beyond the one-way latency', withFaults([[fault, [confirmed, 6 * SECOND]]]))
  }
  // Links take 40 ms.
  expect(skew(41 * MS)).toBe(1)
  expect(skew(-41 * MS)).toBe(1)
  expect(skew(40 * MS)).toBe(0)
  expect(skew(SECOND, null)).toBe(0)
  expect(skew(SECOND, 3 * SECOND, 'log-clock-skew')).toBe(0)
})

test('a write is refused during a cut if it failed for certain while one was in force', () => {
  const refused = (at: Us, parts: { outcome?: 'fail' | 'unknown'; fault?: FaultPlan } = {}) =>
    times(
      'write refused during a cut',
      withFaults([[parts.fault ?? cut('cut'), [2.1 * SECOND, 6 * SECOND]]])
        .upsert({ op: 1, id: 1, at, outcome: parts.outcome ?? 'fail' })
        .search({ op: 2, at: 3 * SECOND, outcome: 'fail' }),
    )
  expect(refused(3 * SECOND)).toBe(1)
  expect(refused(1.5 * SECOND)).toBe(0)
  expect(refused(6 * SECOND)).toBe(0)
  expect(refused(3 * SECOND, { outcome: 'unknown' })).toBe(0)
  const slow: FaultPlan = { ...cut('slow'), kind: 'latency', links: [euToUs], addUs: SECOND }
  expect(refused(3 * SECOND, { fault: slow })).toBe(0)
})
