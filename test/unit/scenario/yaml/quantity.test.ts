import { describe, expect, test } from 'vitest'
import {
  bandwidthText,
  bytesText,
  countText,
  durationText,
  rateText,
  shareText,
} from '../../../../harness/scenario/shown/figures.ts'
import { type QuantityKind, readQuantity } from '../../../../harness/scenario/yaml/quantity.ts'

const good: [QuantityKind, string | number, number][] = [
  ['duration', '500us', 500],
  ['duration', '38ms', 38_000],
  ['duration', '0.05ms', 50],
  ['duration', '1.1ms', 1_100],
  ['duration', '30s', 30_000_000],
  ['duration', '30 s', 30_000_000],
  ['duration', '2m', 120_000_000],
  ['duration', '7d', 604_800_000_000],
  ['duration', 0, 0],
  ['duration', '2m30s', 150_000_000],
  ['duration', '1m30s', 90_000_000],
  ['duration', '1h 5m', 3_900_000_000],
  ['duration', '1s500ms', 1_500_000],
  ['offset', '-1m30s', -90_000_000],
  ['rate', '50rps', 50],
  ['rate', '50 qps', 50],
  ['bandwidth', '100Mbps', 100_000_000],
  ['bandwidth', '1Gbit', 1_000_000_000],
  ['bytes', '64KiB', 65_536],
  ['offset', '-30s', -30_000_000],
  ['offset', '+5s', 5_000_000],
  ['rate', '60/s', 60],
  ['rate', '300/min', 5],
  ['rate', '0.5/s', 0.5],
  ['share', '10%', 0.1],
  ['share', 0.1, 0.1],
  ['share', '100%', 1],
  ['bandwidth', '100Mbit/s', 100_000_000],
  ['bandwidth', '1Gbit/s', 1_000_000_000],
  ['drift', '-200ppm', -200],
  ['bytes', '500kB', 500_000],
]

const wrong: [QuantityKind, string | number, string][] = [
  ['duration', 30, '30 has no unit'],
  ['duration', '30', '30 has no unit'],
  ['duration', '30 seconds', '"30 seconds" is not how a duration is written'],
  ['duration', '30 fortnights', '"30 fortnights" is not a duration'],
  ['duration', '30s2m', '"30s2m" is not a duration'],
  ['duration', '2m30', '"2m30" is not a duration'],
  ['duration', '9999999999d', '9999999999d is more than a run can hold'],
  ['rate', '5/s 3/s', '"5/s 3/s" is not a rate'],
  ['duration', '', '"" is not a duration'],
  ['duration', '1e3s', '"1e3s" is not a duration'],
  ['duration', '5constructor', '"5constructor" is not a duration'],
  ['duration', '-5s', 'a duration cannot be negative'],
  ['duration', '0.1us', '0.1us is finer than 1us'],
  ['rate', '60/m', '"60/m" is not how a rate is written'],
  ['share', '110%', 'a share lies between 0% and 100%, not at 110%'],
  ['share', '-0.1', 'a share lies between 0% and 100%, not at -0.1'],
  ['bandwidth', '100MB/s', '"100MB/s" is not how a bandwidth is written'],
]

/** Of what is refused with a known meaning: what to write. */
const toWrite: [QuantityKind, string | number, string][] = [
  ['duration', '30 seconds', '30s'],
  ['duration', '38 msec', '38ms'],
  ['duration', '1 min 30 sec', '1m30s'],
  ['duration', '5µs', '5us'],
  ['offset', '-30 sec', '-30s'],
  ['rate', '60/m', '60/min'],
  ['rate', '5 per second', '5/s'],
  ['rate', '100 rpm', '100/min'],
  ['rate', 50, '50/s'],
  ['bandwidth', '100MB/s', '800Mbit/s'],
  ['bandwidth', '100mbps', '100Mbit/s'],
  ['bandwidth', '100 Mb/s', '100Mbit/s'],
  ['bytes', '64kb', '64kB'],
  ['share', 25, '25%'],
  ['share', '25', '25%'],
  ['share', '2 percent', '2%'],
  ['share', 99.9, '99.9%'],
]

describe('quantities with units', () => {
  test.each(good)('%s %s is %d', (kind, raw, value) => {
    expect(readQuantity(kind, raw)).toEqual({ value })
  })

  test.each(wrong)('%s %s is refused', (kind, raw, message) => {
    expect(readQuantity(kind, raw)).toMatchObject({ wrong: message })
  })

  test.each(toWrite)('%s %s is refused, naming %s', (kind, raw, written) => {
    expect(readQuantity(kind, raw)).toMatchObject({ hint: `Write ${written}.` })
    expect(readQuantity(kind, written)).toHaveProperty('value')
  })

  test('are shown as a scenario writes them', () => {
    expect([38_000, 1_500_000, 500, 0, -30_000_000, 120_000_000].map(durationText)).toEqual([
      '38ms',
      '1.5s',
      '500us',
      '0s',
      '-30s',
      '120s',
    ])
    expect([300_000_000, 604_800_000_000].map(durationText)).toEqual(['5m', '7d'])
    expect([60, 0.5, 0].map(rateText)).toEqual(['60/s', '30/min', '0/s'])
    expect([0.1, 0.9995].map(shareText)).toEqual(['10%', '99.95%'])
    expect([500_000, 1e9].map(bandwidthText)).toEqual(['500kbit/s', '1Gbit/s'])
    expect([0, 1.25, 12_345.6].map(countText)).toEqual(['0', '1.3', '12,346'])
    expect(bytesText(1_500)).toBe('1.5kB')
  })
})
