import { expect, test } from 'vitest'
import {
  besideLimit,
  durationText,
  measuredText,
  momentText,
  percentText,
  ratioText,
  valueText,
  writtenText,
} from '../../../harness/text/value.ts'
import { linkLabel, phaseText, shellWord, whereLabel } from '../../../reports/format.ts'

test.each([
  [0, '0 ms'],
  [4, '0.004 ms'],
  [420, '0.42 ms'],
  [4_731, '4.73 ms'],
  [38_200, '38.2 ms'],
  [412_345, '412 ms'],
  [999_600, '1.00 s'],
  [3_800_000, '3.80 s'],
  [170_900_000, '171 s'],
  [750_000_000, '12.5 min'],
  [-3_100, '−3.10 ms'],
  [Number.POSITIVE_INFINITY, '∞'],
])('a duration of %d µs reads %s', (us, text) => {
  expect(durationText(us)).toBe(text)
})

test('a ratio never reads 0 or 1 unless it is', () => {
  expect([0, 1, 0.94, 0.9496, 0.9996, 0.99996, 0.0001].map((ratio) => ratioText(ratio))).toEqual([
    '0',
    '1',
    '0.94',
    '0.95',
    '0.9996',
    '0.99996',
    '0.0001',
  ])
})

test('a percentage never reads 100 unless it is', () => {
  const texts = [0, 1, 0.031, 0.0018, 0.9996, 0.99999].map((ratio) => percentText(ratio))
  expect(texts).toEqual(['0 %', '100 %', '3.1 %', '0.18 %', '99.96 %', '99.999 %'])
})

test('a measured value that misses its limit by little is told with as many digits as it takes', () => {
  expect(besideLimit(40_020, { metric: 'search.response', value: 40_000 })).toBe('40.02 ms')
  expect(besideLimit(0.9496, { metric: 'recall', value: 0.95 })).toBe('0.9496')
  expect(besideLimit(40_000, { metric: 'search.response', value: 40_000 })).toBe('40.0 ms')
})

test('an interval is told with both ends, and a lower bound as one', () => {
  expect(measuredText({ low: 0.91, high: 0.95 }, 'ratio')).toBe('0.91 … 0.95')
  expect(measuredText({ low: 2_000_000, high: Number.POSITIVE_INFINITY }, 'us')).toBe('≥ 2.00 s')
  expect(measuredText(undefined, 'us')).toBe('not measured')
})

test('no value reads NaN, undefined or Infinity', () => {
  const odd = [undefined, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const unit of ['us', 'ratio', 'bytes', 'count', 'per-second'] as const)
    for (const value of odd) expect(valueText(value, unit)).toMatch(/^(not measured|−?∞)$/)
})

test('what a person wrote reads as written', () => {
  const texts = [
    writtenText(40_000, 'us'),
    writtenText(1_500_000, 'us'),
    writtenText(0.95, 'ratio'),
  ]
  expect(texts).toEqual(['40 ms', '1.5 s', '0.95'])
})

test('other units have their own forms', () => {
  expect(valueText(1_734_400, 'bytes')).toBe('1.73 MB')
  expect(valueText(812, 'bytes')).toBe('812 B')
  expect(valueText(59.587, 'per-second')).toBe('59.6/s')
  expect(valueText(1_234_567, 'count')).toBe('1,234,567')
})

test('places, phases and moments read as a person says them', () => {
  expect(linkLabel('us-east>eu-west')).toBe('us-east → eu-west')
  expect(linkLabel('us-east<>eu-west')).toBe('us-east ↔ eu-west')
  expect(whereLabel('us>eu, eu>us, us>ap')).toBe('us ↔ eu, us → ap')
  expect(whereLabel('eu-west')).toBe('eu-west')
  expect(phaseText('recovery:cut+freeze')).toBe('while recovering from cut and freeze')
  expect(momentText(52_430_000)).toBe('52.4 s')
})

test('a shell takes a path with a quote in it as one word', () => {
  expect(shellWord('scenarios/partition-heal.yaml')).toBe('scenarios/partition-heal.yaml')
  expect(shellWord("it's here")).toBe("'it'\\''s here'")
})
