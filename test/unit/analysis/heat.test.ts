import { expect, test } from 'vitest'
import type { Facts } from '../../../harness/analysis/facts/facts.ts'
import { heatSeries, rowOf } from '../../../harness/analysis/metrics/heat.ts'
import { MS, SECOND } from '../../../harness/model/units.ts'

const search = (region: string, intended: number, tookUs: number | null, over: object = {}) => ({
  ...{ kind: 'search', region, intended, closed: false },
  ...{
    outcome: tookUs === null ? 'unknown' : 'ok',
    done: tookUs === null ? null : intended + tookUs,
  },
  ...over,
})

const seriesOf = (ops: object[], endUs = 10 * SECOND) =>
  heatSeries({ history: { ops, endUs } } as unknown as Facts)

test('a row holds its lower end and not its upper; what is shorter or longer than all is in the first or last', () => {
  expect(rowOf(3_160)).toBe('3160-4220us')
  expect(rowOf(4_219)).toBe('3160-4220us')
  expect(rowOf(4_220)).toBe('4220-5620us')
  expect(rowOf(0)).toBe('100-133us')
  expect(rowOf(5_000 * SECOND)).toBe('562000000-750000000us')
})

test('every search is counted once: in the row of its response, or as unanswered', () => {
  const series = seriesOf([
    search('a', 0, 4 * MS),
    search('a', 0.5 * SECOND, 4 * MS),
    search('a', 1.2 * SECOND, 40 * MS),
    search('a', 1.3 * SECOND, null),
    search('b', 1.4 * SECOND, 4 * MS),
    search('b', 2 * SECOND, 4 * MS, { kind: 'upsert' }),
    search('b', 2 * SECOND, 4 * MS, { closed: true }),
  ])
  expect(series).toEqual([
    { chart: 'heat', key: 'a', line: '3160-4220us', points: [[0, 2]] },
    { chart: 'heat', key: 'b', line: '3160-4220us', points: [[SECOND, 1]] },
    { chart: 'heat', key: 'a', line: '31600-42200us', points: [[SECOND, 1]] },
    { chart: 'heat', key: 'a', line: 'unanswered', points: [[SECOND, 1]] },
  ])
})

test('a long run has at most a hundred stretches', () => {
  const ops = Array.from({ length: 3_600 }, (_, i) => search('a', i * SECOND, 4 * MS))
  const [row] = seriesOf(ops, 3_600 * SECOND)
  expect(row?.points).toHaveLength(98)
  expect(row?.points.reduce((sum, [, count]) => sum + count, 0)).toBe(3_600)
})
