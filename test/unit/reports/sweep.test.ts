import { expect, test } from 'vitest'
import type { PointResult, ShownFigure } from '../../../harness/model/sweep.ts'
import { sweepPage } from '../../../reports/sweep.ts'
import { sweepSentences } from '../../../reports/sweep-sentence.ts'
import { balanced } from './balanced.ts'

const figure = (title: string, value?: number): ShownFigure => ({
  ...{ title, unit: 'us', count: 9 },
  ...(value !== undefined && { low: value, high: value }),
})

const point = (number: number, figures: ShownFigure[], over: Partial<PointResult> = {}) => ({
  ...{ number, at: { 'links.rtt': `${number * 20}ms` }, verdict: 'pass' as const, exitCode: 0 },
  ...{ because: 'All limits hold.', figures, directory: `runs/s/point-0${number}` },
  ...over,
})

const plain = (text: string) => text.replaceAll('\u00a0', ' ')

const pageOf = async (points: PointResult[]) =>
  plain(
    await sweepPage({
      ...{ format: 1, scenario: 'far', question: 'How far?', notes: [], seed: 7, world: 'sim' },
      ...{ faultline: '0', points },
    }),
  )

test('it says how the points came out and which figure moved most, from where to where', () => {
  const points = [
    point(1, [figure('lag p90', 300_000), figure('search p99', 5_000)]),
    point(2, [figure('lag p90', 330_000), figure('search p99', 25_000)]),
    point(3, [figure('lag p90'), figure('search p99', 9_000)], { verdict: 'fail', exitCode: 1 }),
  ]
  expect(sweepSentences(points)).toEqual([
    'Of 3 points 2 pass, 1 fail (rtt = 60ms).',
    'Search p99 ranges from 5.00 ms (rtt = 20ms) to 25.0 ms (rtt = 40ms).',
    'Lag p90 ranges from 300 ms (rtt = 20ms) to 330 ms (rtt = 40ms).',
  ])
})

test('what is stated decides: reds that were expected are told as such, others by their point', async () => {
  const red = { verdict: 'fail', exitCode: 6 } as const
  const stated = [point(1, [], { unmet: [] }), point(2, [], { ...red, unmet: [] })]
  expect(sweepSentences(stated)[0]).toBe('Of 2 points 1 pass, 1 fail, each as stated.')
  expect(await pageOf(stated)).toContain('<header class="pass">')
  const odd = [point(1, [], { unmet: [] }), point(2, [], { ...red, unmet: ['it should pass'] })]
  expect(sweepSentences(odd)[0]).toBe('Of 2 points 1 pass, 1 fail, 1 not as stated (rtt = 40ms).')
  expect(await pageOf(odd)).toContain('no: it should pass')
})

test('points stand beside each other where a row of each would be too wide', async () => {
  const few = await pageOf([point(1, [figure('a', 1)]), point(2, [figure('a', 2)])])
  expect(few).toMatch(/<thead><tr><th scope="col">point<\/th><th scope="col">links\.rtt<\/th>/)
  const wide = Array.from({ length: 12 }, (_, i) => figure(`figure ${i}`, 1_000 * (i + 1)))
  const html = await pageOf([point(1, wide), point(2, wide)])
  expect(balanced(html)).toEqual([])
  expect(html).toContain('<th scope="row">figure 11</th><td>12.0 ms</td><td>12.0 ms</td>')
  expect(html).toContain('<th scope="row">verdict</th><td><span class="verdict pass">')
  expect(html).toContain('<th scope="col" class="n"><a href="point-02/report.html">2</a></th>')
  expect(html).toContain('No figure differs between points.')
})
