import { describe, expect, test } from 'vitest'
import type { FaultKind, FaultPlan } from '../../harness/model/fault.ts'
import { MS, SECOND } from '../../harness/model/units.ts'
import { judged } from '../support/judged.ts'
import { aLoad, aPlan, aProfile } from '../support/plan.ts'
import { healUs, lastArrivalAfterUs } from '../support/raw-record.ts'

/** 20 s without replication, 20 writes a second, and a link that carries little more than that. */
const outage = (kind: FaultKind) => {
  const fault: FaultPlan = { ...kind, name: 'outage', atUs: 6 * SECOND, untilUs: 26 * SECOND }
  const link = { latencyUs: 40 * MS, jitterUs: 0, law: 'uniform' as const, lossShare: 0 }
  return aPlan({
    data: { set: 'glosses-10k', base: 200 },
    links: [
      { from: 'us', to: 'eu', ...link, bitsPerSec: 1_000_000 },
      { from: 'eu', to: 'us', ...link, bitsPerSec: 1_000_000 },
    ],
    load: [
      aLoad({
        arrivals: { kind: 'constant' },
        searchPerSec: 1,
        upsertPerSec: 20,
        queries: { law: 'zipf', exponent: 3 },
        keys: { fresh: 1, existing: 0, contended: 0, contendedCount: 0 },
      }),
    ],
    profile: aProfile({ restartUs: SECOND, loadedUs: 3 * SECOND }),
    timeline: { warmupUs: 2 * SECOND, runUs: 48 * SECOND, settleUs: 10 * SECOND },
    faults: [fault],
  })
}

const there = [{ from: 'us', to: 'eu' }]
const both = [...there, { from: 'eu', to: 'us' }]
/** What each of them leaves to do after the heal, in seconds: the backlog, and what has to start again first. */
const kinds: [FaultKind, atLeast: number, atMost: number][] = [
  [{ kind: 'partition', links: both }, 5, 10],
  [{ kind: 'mirror-pause', links: there }, 5, 10],
  [{ kind: 'mirror-kill', links: there }, 10, 20],
  [{ kind: 'mirror-stall', links: there }, 5, 10],
  [{ kind: 'log-freeze', region: 'eu' }, 0.1, 10],
  [{ kind: 'log-crash', region: 'eu' }, 2, 10],
  [{ kind: 'store-freeze', region: 'eu' }, 0.1, 10],
  [{ kind: 'region-crash', region: 'eu' }, 10, 20],
]

describe('catch-up after the same outage is the last arrival of the record, whatever jam the canary is in', () => {
  test.each(kinds)('%o', async (kind, atLeast, atMost) => {
    const run = await judged(outage(kind))
    const healedUs = healUs(run.events, 'outage')
    expect(healedUs).toBe(26 * SECOND)
    const truthUs = lastArrivalAfterUs(run.events, 'eu', healedUs)
    const [all] = run.rows('catch-up', { region: undefined })
    const [eu] = run.rows('catch-up', { region: 'eu' })
    expect(eu).toMatchObject({ phase: 'recovery:outage', value: truthUs })
    expect(all).toMatchObject({ phase: 'recovery:outage', value: truthUs })
    expect(truthUs).toBeGreaterThan(atLeast * SECOND)
    expect(truthUs).toBeLessThan(atMost * SECOND)
    const curve = run.analysis.series.find(({ chart }) => chart === 'catch-up')
    expect(curve?.points[0]?.[0]).toBe(healedUs)
    expect(curve?.points[0]?.[1]).toBeGreaterThan(0)
    expect(run.finding('faults-confirmed').verdict).toBe('pass')
  })
})
