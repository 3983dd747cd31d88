import { expect, test } from 'vitest'
import { SECOND } from '../../../harness/model/units.ts'
import {
  linearTicks,
  logDomain,
  logTicks,
  placeIn,
  timeTicks,
} from '../../../reports/charts/axes.ts'
import {
  drawable,
  type Line,
  linesOf,
  stepOf,
  thinned,
  worstKeys,
} from '../../../reports/charts/lines.ts'
import { regionPen } from '../../../reports/charts/palette.ts'
import { drawPanel, type Panel } from '../../../reports/charts/panel.ts'
import { timeline } from '../../../reports/charts/timeline.ts'
import { anAnalysis } from '../../support/analysis.ts'
import { balanced } from './balanced.ts'

const pen = { colour: 'var(--c1)', dash: [] }

const aLine = (over: Partial<Line> = {}): Line => ({
  key: 'us-east',
  figure: 'p99',
  pen,
  weight: 'strong',
  points: [
    [0, 5000],
    [SECOND, 6000],
    [2 * SECOND, 5500],
  ],
  open: false,
  ...over,
})

const aPanel = (lines: Line[]): Panel => ({
  title: 'Search response',
  lines,
  scale: { kind: 'log', least: 100 },
  text: (value) => `${value / 1000} ms`,
})

const drawn = async (panel: Panel): Promise<string> => {
  const span = { startUs: 0, endUs: 170 * SECOND }
  const place = { width: 'wide' as const, span, last: true }
  return (await drawPanel(panel, anAnalysis(), place)).markup
}

test('thinning keeps the highest and the lowest value', () => {
  const points = Array.from({ length: 5000 }, (_, i): [number, number] => [i, 100 + (i % 7)])
  points[1234] = [1234, 9999]
  points[4321] = [4321, 1]
  const kept = thinned(points, 600)
  expect(kept.length).toBeLessThanOrEqual(600)
  expect(kept).toContainEqual([1234, 9999])
  expect(kept).toContainEqual([4321, 1])
  expect(kept.map(([us]) => us)).toEqual(kept.map(([us]) => us).toSorted((a, b) => a - b))
})

test('no line is drawn across a bucket without samples', () => {
  const points: [number, number][] = [0, 1, 2, 5, 6].map((s) => [s * SECOND, 10])
  const step = stepOf([{ points }])
  expect(step).toBe(SECOND)
  expect(drawable(points, step, 600).map(([, value]) => value)).toEqual([10, 10, 10, null, 10, 10])
})

test('log axes end at round values and ignore what has no place on them', () => {
  expect(logDomain([0, -5, 3_400, 41_000], 100)).toEqual([2_000, 50_000])
  expect(logDomain([], 100)).toEqual([100, 1_000])
  expect(logDomain([1_000], 100)).toEqual([1_000, 10_000])
  expect(logTicks([2_000, 50_000])).toEqual([2_000, 5_000, 10_000, 20_000, 50_000])
  expect(logTicks([1_000, 100_000_000], 4)).toEqual([1_000, 100_000, 10_000_000])
})

test('linear and time axes have few, round ticks', () => {
  expect(linearTicks(0, 108, 4)).toEqual([0, 50, 100])
  expect(timeTicks({ startUs: 0, endUs: 170 * SECOND }, 5).map(({ text }) => text)).toEqual([
    '0 s',
    '40 s',
    '80 s',
    '120 s',
    '160 s',
  ])
  expect(timeTicks({ startUs: 0, endUs: 3600 * SECOND }, 5).map(({ text }) => text)).toEqual([
    '0 s',
    '1000 s',
    '2000 s',
    '3000 s',
  ])
  const span = { startUs: -10 * SECOND, endUs: 65 * SECOND }
  expect(timeTicks(span, 5).map(({ at, text }) => [at, text])).toEqual([
    [0, '0 s'],
    [20, '20 s'],
    [40, '40 s'],
    [60, '60 s'],
  ])
  expect(timeTicks(span, 14).map(({ text }) => text)[0]).toBe('−10 s')
  expect(placeIn(span, 0)).toBeCloseTo(10 / 75, 9)
})

test('regions differ by colour and by dash', () => {
  const regions = ['a', 'b', 'c', 'd', 'e', 'f']
  const pens = regions.map((region) => regionPen(regions, region))
  expect(new Set(pens.map(({ colour }) => colour)).size).toBe(6)
  expect(new Set(pens.map(({ dash }) => dash.join())).size).toBe(6)
})

test('of too many keys those stay that come worst', () => {
  const lines = ['a', 'b', 'c'].map((key, i) => aLine({ key, points: [[0, i]] }))
  expect(worstKeys(lines, 1, 'high').map(({ key }) => key)).toEqual(['c'])
  expect(worstKeys(lines, 2, 'low').map(({ key }) => key)).toEqual(['a', 'b'])
})

test('lines come in the order of regions, and the furthest percentile of each is the strong one', () => {
  const series = ['p50', 'p99', 'p99-at-least'].map((line) => ({
    chart: 'latency' as const,
    key: line === 'p50' ? 'b' : 'a',
    line,
    points: [[0, 1]] as [number, number][],
  }))
  const lines = linesOf(series, ['a', 'b'], () => pen)
  expect(lines.map(({ key, figure, weight, open }) => [key, figure, weight, open])).toEqual([
    ['a', 'p99', 'strong', false],
    ['a', 'p99-at-least', 'strong', true],
    ['b', 'p50', 'strong', false],
  ])
})

test('a lower bound is drawn as open marks, never as a line', async () => {
  const line = await drawn(aPanel([aLine()]))
  const open = await drawn(aPanel([aLine({ figure: 'p99-at-least', open: true })]))
  expect(line).toMatch(/<path d="M[^"]*L[^"]*" stroke="var\(--c1\)"/)
  expect(open).not.toMatch(/<path d="M[^"]*L[^"]*" stroke="var\(--c1\)" stroke-width="1.9"/)
  expect(open.match(/fill="var\(--paper\)" stroke="var\(--c1\)"/g)).toHaveLength(3)
})

test('a drawing is well-formed, has no fixed colour or font, and is the same twice', async () => {
  const svg = await drawn(aPanel([aLine()]))
  expect(balanced(svg)).toEqual([])
  expect(svg).not.toMatch(/#[0-9a-f]{3,8}\b|font-family|class=/i)
  expect(svg).toMatch(
    /^<svg viewBox="0 0 920 \d+" role="img" aria-label="Search response, over time/,
  )
  expect(await drawn(aPanel([aLine()]))).toBe(svg)
})

test('fault bands stand behind every panel, with their name', async () => {
  const svg = await drawn(aPanel([aLine()]))
  expect(svg).toContain('fill="var(--band)"')
  expect(svg).toMatch(/<text[^>]*>partition<\/text>/)
})

test('the fullest panel stays under 60 KB', async () => {
  const points = Array.from({ length: 600 }, (_, i): [number, number] => [
    (i * 170 * SECOND) / 600,
    1000 + ((i * 7919) % 100_003),
  ])
  const lines = Array.from({ length: 12 }, (_, i) => `region-${i}`).flatMap((key) => [
    aLine({ key, figure: 'p50', points, weight: 'light' }),
    aLine({ key, figure: 'p99', points }),
    aLine({ key, figure: 'p99-at-least', points, open: true }),
  ])
  const svg = await drawn(aPanel(lines))
  expect(svg.length).toBeLessThan(60_000)
  expect(svg.length).toBeGreaterThan(20_000)
})

test('a heat map has a map for each region, all cells of one colour in one path, and says what nobody answered', async () => {
  const page = (await timeline(anAnalysis())).markup
  const maps = page.match(/<svg [^>]*aria-label="Searches of [^>]*>[\s\S]*?<\/svg>/g) ?? []
  expect(maps).toHaveLength(3)
  for (const map of maps) expect(map.match(/fill="var\(--h5\)"/g)).toHaveLength(1)
  expect(maps.filter((map) => map.includes('fill="var(--fail)"'))).toHaveLength(1)
  expect(page).toMatch(
    /took 3\.16 … 4\.22.ms; [\d.]+.% took more than twice that\. \d+ searches had no answer\./,
  )
  expect(page).toContain('<th scope="col">eu-west not answered</th>')
})
