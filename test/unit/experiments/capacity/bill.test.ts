import { expect, test } from 'vitest'
import { billOf } from '../../../../harness/experiments/capacity/bill.ts'
import type { Prices } from '../../../../harness/model/bill.ts'
import type { Trial } from '../../../../harness/model/capacity.ts'
import { billSentence, billTable } from '../../../../reports/bill-table.ts'

const prices: Prices = {
  ...{ asOf: '2026-11-30', source: 'ours', currency: 'EUR' },
  serverPerHour: (region) => (region === 'eu' ? 0.5 : 0.4),
  egressPerGb: (link) => (link === 'us>eu' ? 0.1 : undefined),
}
const trial = (factor: number, seed: number, perSec: number): Trial => ({
  ...{ factor, seed, verdict: 'pass', because: '', limits: [], figures: [], seconds: 1 },
  linkBytes: [
    { link: 'us>eu', perSec },
    { link: 'eu>us', perSec: 10 },
  ],
})
/** Bytes of the middle seed count; another rate's do not. */
const trials = [
  trial(4, 1, 900_000),
  trial(4, 2, 1_000_000),
  trial(4, 3, 2_000_000),
  trial(5, 1, 9e9),
]
const bill = billOf(trials, { perSec: 125, searchPerSec: 100 }, 4, ['us', 'eu'], prices)

test('a bill is what servers cost an hour and what crosses links, for a million of what is asked', () => {
  // 1 MB/s for an hour is 3.6 GB at 0.1; 400 searches and 500 operations a second.
  expect(bill).toMatchObject({ perSec: 500, searchPerSec: 400 })
  expect(bill.egress).toEqual([
    { link: 'us>eu', bytesPerSec: 1_000_000, perHour: expect.closeTo(0.36, 9) },
    { link: 'eu>us', bytesPerSec: 10, perHour: null },
  ])
  expect(bill.perHour).toBeCloseTo(1.26, 9)
  expect(bill.perMillionSearches).toBeCloseTo(1.26 / 1.44, 9)
  expect(bill.perMillionOperations).toBeCloseTo(1.26 / 1.8, 9)
})

test('it says whose prices these are, and where none was given', () => {
  expect(billSentence(bill)).toBe(
    'At that rate all regions cost 1.26 EUR an hour: 0.875 EUR for a million searches, writes included. Prices: ours, as of 2026-11-30.',
  )
  expect(billTable(bill)).toEqual({
    head: ['what', 'over the link', 'EUR an hour'],
    rows: [
      ['servers of us', '', '0.400'],
      ['servers of eu', '', '0.500'],
      ['from us → eu', '1.00 MB/s', '0.360'],
      ['from eu → us', '10 B/s', 'no price given'],
      ['together', '', '1.26'],
    ],
  })
})

test('a load without searches is priced by its operations', () => {
  const writes = billOf(trials, { perSec: 125, searchPerSec: 0 }, 4, ['us', 'eu'], prices)
  expect(writes.perMillionSearches).toBeNull()
  expect(billSentence(writes)).toContain('0.700 EUR for a million operations.')
})
