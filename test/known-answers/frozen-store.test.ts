import { beforeAll, describe, expect, test } from 'vitest'
import { Distribution } from '../../harness/base/histogram.ts'
import type { FaultPlan } from '../../harness/model/fault.ts'
import type { LoadPlan, Plan } from '../../harness/model/plan.ts'
import { MS, SECOND, type Us } from '../../harness/model/units.ts'
import { type Judged, judged } from '../support/judged.ts'
import { aLoad, aPlan, aProfile } from '../support/plan.ts'

/**
 * A store frozen for 5 s under 500 searches a second: everybody who wants to search meanwhile waits for the rest of
 * the freeze, 1 in 24 of all, so the 99th percentile of the whole run is about 3.8 s.
 *
 * Who measures from the moment a request was sent, with clients that send the next one after the answer to the
 * last, sends almost nothing during the freeze, and prints a p99 of a few milliseconds (coordinated omission).
 */
const SERVICE_US: Us = 50
const WORKERS = 1000
const freeze: FaultPlan = {
  kind: 'store-freeze',
  name: 'freeze',
  region: 'us',
  atUs: 40 * SECOND,
  untilUs: 45 * SECOND,
}
const frozen = (over: Partial<LoadPlan> = {}): Plan =>
  aPlan({
    data: { set: 'glosses-10k', base: 200 },
    profile: aProfile({ workers: WORKERS, search: { baseUs: SERVICE_US, tailUs: 0 } }),
    load: [
      aLoad({
        clients: 100,
        searchPerSec: 500,
        upsertPerSec: 0,
        deadlineUs: 60 * SECOND,
        inFlight: { max: 4000, onFull: 'queue' },
        queries: { law: 'zipf', exponent: 3 },
        ...over,
      }),
    ],
    timeline: { warmupUs: 0, runUs: 120 * SECOND, settleUs: 2 * SECOND },
    faults: [freeze],
  })

/** What a user waits, worked out from the arrivals alone: the store is a thousand workers that stood still. */
function expectedResponses(intended: readonly Us[]): Us[] {
  let waiting = 0
  return intended.map((us) => {
    if (us + SERVICE_US < freeze.atUs || us >= freeze.untilUs) return SERVICE_US
    // After the thaw they are served in order of arrival, a thousand at a time.
    const turns = Math.floor(waiting++ / WORKERS) + 1
    return freeze.untilUs - us + turns * SERVICE_US
  })
}

const quantile = (values: readonly Us[], q: number): Us =>
  [...values].sort((a, b) => a - b)[Math.ceil(q * values.length) - 1] as Us

const within = (share: number, measured: number | undefined, expected: number) => {
  expect(measured).toBeGreaterThan(expected * (1 - share))
  expect(measured).toBeLessThan(expected * (1 + share))
}

type Metric = 'search.response' | 'search.service' | 'search.dispatch-delay'

/** The distribution of a metric over the whole run: all its phases together. */
function overall({ analysis }: Judged, metric: Metric): Distribution {
  const whole = new Distribution()
  for (const { dims, values } of analysis.cells) if (dims.metric === metric) whole.merge(values)
  return whole
}

describe('a store frozen for 5 s in a run of 120 s under 500 searches a second', () => {
  let run: Judged
  let responses: Us[]

  beforeAll(async () => {
    run = await judged(frozen())
    responses = expectedResponses(run.workload.operations.map(({ intendedUs }) => intendedUs))
  })

  test('response p99 of the whole run is what the arrivals drawn say, about 3.8 s', () => {
    const response = overall(run, 'search.response')
    const { low, high } = response.quantile(0.99)
    expect(responses.length).toBeGreaterThan(59_000)
    expect(response).toMatchObject({ count: responses.length, censored: 0 })
    expect(low).toBe(high)
    within(0.01, low, quantile(responses, 0.99))
    within(0.03, low, 3.8 * SECOND)
  })

  test('the longest wait is the freeze itself, and the median has not heard of it', () => {
    within(0.001, overall(run, 'search.response').largest, Math.max(...responses))
    expect(overall(run, 'search.response').quantile(0.5)).toEqual({
      low: SERVICE_US,
      high: SERVICE_US,
    })
  })

  test('the phase of the freeze tells it from the rest of the run', () => {
    const { operations } = run.workload
    const during = responses.filter((_, i) => {
      const us = operations[i]?.intendedUs ?? 0
      return us >= freeze.atUs && us < freeze.untilUs
    })
    const [phase] = run.rows('search.response', { region: 'us', phase: 'fault:freeze' })
    expect(phase?.count).toBe(during.length)
    within(0.01, phase?.p50, quantile(during, 0.5))
    within(0.01, phase?.p99, quantile(during, 0.99))
    const [before] = run.rows('search.response', { region: 'us', phase: 'baseline' })
    expect(before?.p99).toBe(SERVICE_US)
  })

  test('the generator sent every search when it was due: all of the wait is the store', () => {
    expect(overall(run, 'search.dispatch-delay').largest).toBe(0)
    expect(overall(run, 'search.service').quantile(0.99)).toEqual(
      overall(run, 'search.response').quantile(0.99),
    )
    expect(run.finding('generator-valid').verdict).toBe('pass')
    expect(run.finding('faults-confirmed').verdict).toBe('pass')
  })
})

test('with 100 in flight at most the wait is before dispatch: response still tells it, service does not', async () => {
  const plan = frozen({ inFlight: { max: 100, onFull: 'queue' } })
  const run = await judged({ ...plan, timeline: { ...plan.timeline, runUs: 60 * SECOND } })
  const responses = expectedResponses(run.workload.operations.map(({ intendedUs }) => intendedUs))
  within(0.01, overall(run, 'search.response').quantile(0.99).low, quantile(responses, 0.99))
  // What a measurement from dispatch would print for the same five seconds.
  expect(overall(run, 'search.service').quantile(0.99).high).toBeLessThan(MS)
  expect(run.finding('generator-valid').verdict).toBe('invalid')
})
