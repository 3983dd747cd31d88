import { expect, test } from 'vitest'
import {
  phaseFinder,
  phaseLengthUs,
  phaseSpans,
  type Stretch,
} from '../../../../harness/analysis/facts/phases.ts'
import type { FaultPlan } from '../../../../harness/model/fault.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { aPlan } from '../../../support/plan.ts'
import { aRecord, type RecordScript } from '../../../support/record.ts'

const s = (seconds: number) => seconds * SECOND
const plan = aPlan({ timeline: { warmupUs: s(10), runUs: s(90), settleUs: s(20) } })
const aFault = (over: Partial<Stretch> = {}): Stretch => ({
  name: 'cut',
  fromUs: s(30),
  toUs: s(50),
  recoveredUs: s(60),
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
  const later = aFault({ name: 'slow', fromUs: s(20), toUs: s(40), recoveredUs: s(45) })
  expect(names([aFault(), later]).slice(1, 5)).toEqual([
    '10 baseline 20',
    '20 fault:slow 30',
    '30 fault:cut+slow 40',
    '40 fault:cut 50',
  ])
})

test('a fault in force wins over recovery, and two recoveries are joined', () => {
  const second = aFault({ name: 'two', fromUs: s(55), toUs: s(58), recoveredUs: s(70) })
  expect(names([aFault(), second]).slice(2, 7)).toEqual([
    '30 fault:cut 50',
    '50 recovery:cut 55',
    '55 fault:two 58',
    '58 recovery:cut+two 60',
    '60 recovery:two 70',
  ])
})

test('a fault that caught up at once has no recovery', () => {
  expect(names([aFault({ recoveredUs: s(50) })])[3]).toBe('50 baseline 100')
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

const freeze = (fromUs: number, toUs: number, over = {}) =>
  aRecord({
    faults: [{ kind: 'store-freeze', name: 'freeze', region: 'us', atUs: fromUs, untilUs: toUs }],
    ...over,
  }).fault('freeze', { injected: fromUs, healed: toUs })
const spansOf = (record: RecordScript) =>
  record.facts().spans.map(({ name, fromUs, toUs }) => `${fromUs / s(1)} ${name} ${toUs / s(1)}`)

test('recovery asks for no canary: data that has caught up and users that are served end it', () => {
  expect(spansOf(freeze(s(2), s(4)))).toEqual([
    '0 warmup 1',
    '1 baseline 2',
    '2 fault:freeze 4',
    '4 baseline 11',
    '11 settle 15',
  ])
})

test('recovery lasts until no more are in flight than ever were in the baseline before', () => {
  const record = freeze(s(2), s(4))
    .search({ op: 1, at: s(1.5), done: s(1.6) })
    .search({ op: 2, at: s(1.55), done: s(1.6) })
    .search({ op: 3, at: s(2.5), done: s(5) })
    .search({ op: 4, at: s(3), done: s(6) })
    // Waits for its dispatch, and is in flight all the same.
    .search({ op: 5, intended: s(3.5), at: s(6.5), done: s(7) })
    .search({ op: 6, at: s(8), done: s(9) })
  expect(spansOf(record).slice(2, 5)).toEqual([
    '2 fault:freeze 4',
    '4 recovery:freeze 5',
    '5 baseline 11',
  ])
})

test('each region is compared with itself', () => {
  const record = freeze(s(2), s(4))
    .search({ op: 1, at: s(1.5), done: s(1.6), region: 'eu' })
    .search({ op: 2, at: s(1.5), done: s(1.6), region: 'eu' })
    .search({ op: 3, at: s(3), done: s(6) })
  expect(spansOf(record)[3]).toBe('4 recovery:freeze 6')
})

test('a path on which users failed has to answer again before recovery ends', () => {
  const record = freeze(s(2), s(4))
    .search({ op: 1, at: s(3), outcome: 'fail' })
    .search({ op: 2, at: s(5), outcome: 'fail' })
    .search({ op: 3, at: s(6), done: s(6.5) })
  expect(spansOf(record)[3]).toBe('4 recovery:freeze 6.5')
})

test('a fault at the very start is compared with the warm-up, and without one with nothing queued before its end', () => {
  const early = (warmupUs: number) =>
    freeze(warmupUs, s(4), { timeline: { warmupUs, runUs: s(10), settleUs: s(4) } })
      .search({ op: 2, at: s(2.1), done: s(5) })
      .search({ op: 3, at: s(2.2), done: s(6) })
      .search({ op: 4, at: s(4.5), done: s(7) })
  const warm = early(s(2)).search({ op: 1, at: s(1), done: s(2) })
  expect(spansOf(warm)[2]).toBe('4 recovery:freeze 6')
  expect(spansOf(early(0))[1]).toBe('4 recovery:freeze 6')
})

test('recovery from a fault that leaves a queue nobody ever serves ends with arrivals', () => {
  const record = freeze(s(2), s(4)).search({ op: 1, at: s(3), done: null })
  expect(spansOf(record).slice(2)).toEqual([
    '2 fault:freeze 4',
    '4 recovery:freeze 11',
    '11 settle 15',
  ])
})

test('the baseline of a second fault leaves out the first one and its recovery', () => {
  const freezeOf = (name: string, fromUs: number, toUs: number): FaultPlan => ({
    ...{ kind: 'store-freeze', name, region: 'us', atUs: fromUs, untilUs: toUs },
  })
  const record = aRecord({ faults: [freezeOf('one', s(2), s(3)), freezeOf('two', s(6), s(7))] })
    .fault('one', { injected: s(2), healed: s(3) })
    .fault('two', { injected: s(6), healed: s(7) })
    .search({ op: 1, at: s(2.5), done: s(4) })
    .search({ op: 2, at: s(2.6), done: s(4) })
    .search({ op: 3, at: s(6.5), done: s(8) })
    .search({ op: 4, at: s(6.6), done: s(9) })
  // Two in flight were seen before, but never in a baseline.
  expect(spansOf(record).slice(2, 7)).toEqual([
    '2 fault:one 3',
    '3 recovery:one 4',
    '4 baseline 6',
    '6 fault:two 7',
    '7 recovery:two 9',
  ])
})

test('while a fault was being injected or healed it may have been in force', () => {
  const record = aRecord({
    faults: [{ kind: 'store-freeze', name: 'freeze', region: 'eu', atUs: s(2), untilUs: s(4) }],
  })
    .say({ type: 'fault', t: s(3), name: 'freeze', what: 'injected', bracket: [s(2), s(3)] })
    .say({ type: 'fault', t: s(5), name: 'freeze', what: 'healed', bracket: [s(4), s(5)] })
  expect(spansOf(record)[2]).toBe('2 fault:freeze 5')
})
