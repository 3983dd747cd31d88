import { expect, test } from 'vitest'
import {
  phaseFinder,
  phaseLengthUs,
  phaseSpans,
  type Stretch,
} from '../../../harness/analysis/phases.ts'
import { SECOND } from '../../../harness/model/units.ts'
import { aPlan } from '../../support/plan.ts'
import { aRecord } from '../../support/record.ts'

const s = (seconds: number) => seconds * SECOND
const plan = aPlan({ timeline: { warmupUs: s(10), runUs: s(90), settleUs: s(20) } })
const aFault = (over: Partial<Stretch> = {}): Stretch => ({
  name: 'cut',
  fromUs: s(30),
  toUs: s(50),
  caughtUpUs: s(60),
  ...over,
})
const names = (faults: Stretch[], endUs = s(120)) =>
  phaseSpans(plan, faults, endUs).map(
    ({ name, fromUs, toUs }) => `${fromUs / s(1)} ${name} ${toUs / s(1)}`,
  )

test('a run without faults is warm-up, baseline and settle', () => {
  expect(names([])).toEqual(['0 warmup 10', '10 baseline 100', '100 settle 120'])
})

test('a fault has its phase, then recovery until it is caught up, then baseline again', () => {
  expect(names([aFault()])).toEqual([
    '0 warmup 10',
    '10 baseline 30',
    '30 fault:cut 50',
    '50 recovery:cut 60',
    '60 baseline 100',
    '100 settle 120',
  ])
})

test('of overlapping faults the names are joined in the order of the plan', () => {
  const later = aFault({ name: 'slow', fromUs: s(20), toUs: s(40), caughtUpUs: s(45) })
  expect(names([aFault(), later]).slice(1, 5)).toEqual([
    '10 baseline 20',
    '20 fault:slow 30',
    '30 fault:cut+slow 40',
    '40 fault:cut 50',
  ])
})

test('a fault in force wins over recovery, and two recoveries are joined', () => {
  const second = aFault({ name: 'two', fromUs: s(55), toUs: s(58), caughtUpUs: s(70) })
  expect(names([aFault(), second]).slice(2, 7)).toEqual([
    '30 fault:cut 50',
    '50 recovery:cut 55',
    '55 fault:two 58',
    '58 recovery:cut+two 60',
    '60 recovery:two 70',
  ])
})

test('a fault that caught up at once has no recovery', () => {
  expect(names([aFault({ caughtUpUs: s(50) })])[3]).toBe('50 baseline 100')
})

test('a record that was cut short has only the phases it reached', () => {
  expect(names([aFault({ toUs: Number.POSITIVE_INFINITY })], s(35))).toEqual([
    '0 warmup 10',
    '10 baseline 30',
    '30 fault:cut 35',
  ])
})

test('a time belongs to the phase that begins with it; what comes later belongs to the last', () => {
  const phaseOf = phaseFinder(phaseSpans(plan, [aFault()], s(120)))
  expect([0, s(10), s(30) - 1, s(30), s(50), s(120), s(999)].map(phaseOf)).toEqual([
    'warmup',
    'baseline',
    'baseline',
    'fault:cut',
    'recovery:cut',
    'settle',
    'settle',
  ])
})

test('the length of a phase is that of all its stretches', () => {
  expect(phaseLengthUs(phaseSpans(plan, [aFault()], s(120)), 'baseline')).toBe(s(60))
})

test('phases follow what happened to a fault, not what was planned', () => {
  const record = aRecord({
    faults: [{ kind: 'store-freeze', name: 'freeze', region: 'eu', atUs: s(2), untilUs: s(4) }],
  })
    .upsert({ op: 1, id: 9, at: s(3) })
    .hops(1, 9, 'us', { applied: s(3) })
    .hops(1, 9, 'eu', { applied: s(6) })
    .fault('freeze', {
      injected: s(2) + 7,
      confirmed: s(3),
      healed: s(4) + 9,
      'heal-confirmed': s(5),
    })
  expect(record.facts().spans).toEqual([
    { name: 'warmup', fromUs: 0, toUs: s(1) },
    { name: 'baseline', fromUs: s(1), toUs: s(2) + 7 },
    { name: 'fault:freeze', fromUs: s(2) + 7, toUs: s(4) + 9 },
    { name: 'recovery:freeze', fromUs: s(4) + 9, toUs: s(6) },
    { name: 'baseline', fromUs: s(6), toUs: s(11) },
    { name: 'settle', fromUs: s(11), toUs: s(15) },
  ])
})

test('recovery lasts to the end of arrivals if the end of the fault was never confirmed', () => {
  const record = aRecord({
    faults: [{ kind: 'store-freeze', name: 'freeze', region: 'eu', atUs: s(2), untilUs: s(4) }],
  }).fault('freeze', { injected: s(2), healed: s(4) })
  expect(record.facts().spans.map(({ name }) => name)).toEqual([
    'warmup',
    'baseline',
    'fault:freeze',
    'recovery:freeze',
    'settle',
  ])
})
