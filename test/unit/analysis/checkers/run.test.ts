import { expect, test } from 'vitest'
import { faultsConfirmed } from '../../../../harness/analysis/checkers/faults-confirmed.ts'
import { generatorValid } from '../../../../harness/analysis/checkers/generator-valid.ts'
import { linksAsPlanned } from '../../../../harness/analysis/checkers/links-as-planned.ts'
import type { FaultPlan } from '../../../../harness/model/fault.ts'
import { roundTripFloorUs } from '../../../../harness/model/plan.ts'
import { MS, SECOND } from '../../../../harness/model/units.ts'
import { aLimit } from '../../../support/analysis.ts'
import { aRecord, everythingPromised, type RecordScript, spoken } from '../../../support/record.ts'

const freeze: FaultPlan = {
  kind: 'store-freeze',
  name: 'freeze',
  region: 'eu',
  atUs: 2 * SECOND,
  untilUs: 4 * SECOND,
}
const faults = (record: RecordScript) => spoken(faultsConfirmed(record.facts(), everythingPromised))
const generator = (record: RecordScript) =>
  spoken(generatorValid(record.facts(), everythingPromised))
const aFreeze = () => aRecord({ faults: [freeze] })

test('a fault that canaries saw begin and end is confirmed', () => {
  const record = aFreeze().fault('freeze', {
    injected: 2 * SECOND,
    confirmed: 2_200_000,
    healed: 4 * SECOND,
    'heal-confirmed': 4_300_000,
  })
  expect(faults(record)).toMatchObject({
    verdict: 'pass',
    evidence: 1,
    events: [{ lines: [2, 3, 4, 5] }],
  })
})

test.each([
  [{}, 'freeze was never injected'],
  [{ injected: 2 * SECOND, healed: 4 * SECOND }, 'freeze was injected, but no canary saw it'],
  [
    { injected: 2 * SECOND, confirmed: 3 * SECOND, healed: 4 * SECOND },
    'freeze was seen to begin, but not to end',
  ],
])('a fault of which less was seen is unknown: %j', (seen, why) => {
  expect(faults(aFreeze().fault('freeze', seen))).toMatchObject({
    verdict: 'unknown',
    violations: 1,
    because: `Of 1 fault 1 could not be confirmed: ${why}.`,
  })
})

test('a store that ended by itself is named as what kept the end of its fault from being seen', () => {
  const seen = { injected: 2 * SECOND, confirmed: 3 * SECOND, healed: 4 * SECOND }
  const ends = (region: string, t: number, because?: string) =>
    faults(
      aFreeze()
        .fault('freeze', seen)
        .say({ type: 'store', t, region, what: 'down', ...(because && { because }) }),
    ).because
  expect(ends('eu', 4_500_000, 'exited with code 134')).toBe(
    'Of 1 fault 1 could not be confirmed: freeze was seen to begin, but not to end: ' +
      'the store of eu exited with code 134 at ‹4.500 s›.',
  )
  for (const other of [
    ends('us', 4_500_000, 'exited'),
    ends('eu', SECOND, 'exited'),
    ends('eu', SECOND),
  ])
    expect(other).toMatch(/but not to end\.$/)
})

test('an analysis says nothing about faults where none was planned', () => {
  const checkers = aRecord()
    .analysis()
    .findings.map(({ checker }) => checker)
  expect(checkers).not.toContain('faults-confirmed')
  expect(
    aFreeze()
      .analysis()
      .findings.map(({ checker }) => checker),
  ).toContain('faults-confirmed')
})

/** `late` of 200 operations leave 20 ms after their time. */
function aGenerator(late: number, limits = [aLimit()]) {
  const record = aRecord({ limits })
  for (let op = 1; op <= 200; op++) {
    const intended = SECOND + op * 10 * MS
    record.search({ op, intended, at: intended + (op <= late ? 20 * MS : 0) })
  }
  return record
}

test('a generator with at most 1 % of late operations is valid', () => {
  expect(generator(aGenerator(2))).toMatchObject({ verdict: 'pass', evidence: 200 })
})

test('one with more is invalid: we were measured, not the system', () => {
  expect(generator(aGenerator(3))).toMatchObject({
    verdict: 'invalid',
    because:
      '200 operations scheduled, 100 % dispatched; dispatch delay p99 20.0 ms of 10.0 ms allowed.',
  })
})

test('a tenth of the smallest response limit is allowed, if that is more', () => {
  expect(
    generator(aGenerator(3, [aLimit({ value: 300 * MS }), aLimit({ value: SECOND })])).verdict,
  ).toBe('pass')
  expect(
    generator(aGenerator(3, [aLimit({ value: 100 * MS }), aLimit({ value: SECOND })])).verdict,
  ).toBe('invalid')
})

test('operations never dispatched because the run ended make it invalid, shed ones do not', () => {
  const aRun = (reason: 'run ended' | 'in-flight cap') => {
    const record = aGenerator(0)
    for (let op = 201; op <= 203; op++) record.shed({ op, at: 5 * SECOND, reason })
    return generator(record)
  }
  expect(aRun('run ended').verdict).toBe('invalid')
  expect(aRun('in-flight cap')).toMatchObject({ verdict: 'pass', evidence: 200 })
})

test('a generator that did nothing after warm-up is unknown', () => {
  expect(generator(aRecord().search({ op: 1, at: 0 }))).toMatchObject({
    verdict: 'unknown',
    evidence: 0,
  })
})

const echo = (rtt: number, canary = 'link us>eu') =>
  ({ type: 'canary', t: 3 * SECOND, canary, rtt }) as const
const links = (...events: ReturnType<typeof echo>[]) => {
  const record = aRecord()
  for (const event of events) record.say(event)
  return linksAsPlanned(record.facts(), everythingPromised)
}

test('echoes that took at least what the links allow are as planned; what never came back is no evidence', () => {
  const floorUs = roundTripFloorUs(aRecord().plan.links, { from: 'us', to: 'eu' })
  expect(floorUs).toBeGreaterThan(0)
  expect(links(echo(floorUs), echo(floorUs + SECOND))).toMatchObject({
    verdict: 'pass',
    evidence: 2,
  })
  expect(links(echo(-1), echo(5, 'close us>eu'), echo(5, 'agent eu'))).toBeNull()
})

test('one echo that was sooner makes the run invalid, and is quoted', () => {
  const floorUs = roundTripFloorUs(aRecord().plan.links, { from: 'us', to: 'eu' })
  const finding = links(echo(floorUs), echo(floorUs - 1, 'link us>eu kafka'))
  expect(finding).toMatchObject({ verdict: 'invalid', violations: 1, evidence: 2 })
  expect(finding?.events[0]?.sentence).toMatch(
    /^The echo over link us>eu kafka that was back at 3.000 s took/,
  )
})
