import { expect, test } from 'vitest'
import type { ServerFigure } from '../../../harness/model/finding.ts'
import { environmentSection } from '../../../reports/circumstances.ts'
import { renderHtml } from '../../../reports/html.ts'
import { ownFiguresSection } from '../../../reports/own-figures.ts'
import { serversOf } from '../../../reports/servers.ts'
import { summaryOf, summaryText } from '../../../reports/summary.ts'
import { anAnalysis, anEnvironment, aReport } from '../../support/analysis.ts'
import { balanced } from './balanced.ts'

const textOf = (page: string): string => page.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')

const aFigure = (over: Partial<ServerFigure> = {}): ServerFigure => ({
  figure: 'group-lag applier',
  region: 'eu-west',
  phase: 'fault:partition',
  count: 3,
  median: 0,
  max: 2,
  ours: { what: 'acknowledged, not applied', unit: 'count', count: 3, median: 102, max: 192 },
  ...over,
})

const figures: ServerFigure[] = [
  aFigure(),
  aFigure({ phase: 'warmup', max: 4711 }),
  aFigure({
    figure: 'milvus_proxy_tt_lag_ms',
    median: 34,
    max: 83,
    ours: { what: 'applied to searchable', unit: 'us', count: 242, median: 119_996 },
  }),
  aFigure({
    figure: 'rows growing',
    median: 1306,
    max: 2326,
    ours: { what: 'recall', unit: 'ratio', count: 257, low: 0.9751, high: 0.9754 },
  }),
  aFigure({ figure: 'segments sealed', median: 1, max: 1, ours: undefined }),
]

const withFigures = () =>
  aReport({ analysis: anAnalysis({ series: [], curves: [], metrics: [], figures }) })

test('what a server says stands in its own unit beside what we measured, warm-up apart', () => {
  const { markup } = ownFiguresSection(figures)
  const text = textOf(markup)
  expect(text).toContain(
    'eu-west fault:partition group-lag applier 3 0 2 acknowledged, not applied median 102, at most 192',
  )
  expect(text).toContain(
    'milvus_proxy_tt_lag_ms 3 34.0 ms 83.0 ms applied to searchable median 120 ms',
  )
  expect(text).toContain('rows growing 3 1,306 2,326 recall mean 0.9751 … 0.9754')
  expect(text).toContain('1 figure with nothing of ours beside it')
  expect(text).not.toContain('4,711')
  expect(text).toContain('What a cut link or a stopped mirror holds back is not among them')
  expect(balanced(markup)).toEqual([])
})

test('the section stands in the report of a run with such figures, and in no other', async () => {
  const page = await renderHtml(withFigures())
  expect(page).toContain('<h2>What the servers say of themselves</h2>')
  expect(balanced(page.replace('<!doctype html>', ''))).toEqual([])
  const without = await renderHtml(
    aReport({ analysis: anAnalysis({ series: [], curves: [], metrics: [] }) }),
  )
  expect(without).not.toContain('own-figures')
})

test('the summary has a row for each figure, and no key where there is none', () => {
  const summary = summaryOf(withFigures())
  expect(summary.figures).toHaveLength(5)
  expect(summary.figures?.[2]).toEqual({
    figure: 'milvus_proxy_tt_lag_ms',
    region: 'eu-west',
    phase: 'fault:partition',
    count: 3,
    median: 34,
    max: 83,
    ours: { what: 'applied to searchable', unit: 'us', count: 242, median: 119_996 },
  })
  expect(summaryText(summary)).not.toMatch(/null|undefined/)
  expect(summaryOf(aReport())).not.toHaveProperty('figures')
})

const servers = [
  { name: 'faultline-x-42-77-toxiproxy', memoryMiB: 8, cpuShare: 0.02 },
  { name: 'faultline-x-42-77-us-east-kafka', memoryMiB: 912, cpuShare: 0.245 },
  { name: 'faultline-x-42-77-us-east-milvus', memoryMiB: 1000, cpuShare: 0.215 },
]

test('the environment of a run on real servers says what each took when idle, and all together', () => {
  const images = ['faultline-kafka:4.3.1 sha256:74ae']
  const environment = anEnvironment({ servers, images })
  const text = textOf(environmentSection({ ...withFigures(), environment }).markup)
  expect(text).toContain('3 servers: 1.88 GiB and 48 % of a core when idle, before the load.')
  expect(text).toContain(' toxiproxy 8 MiB 2.0 %')
  expect(text).toContain(' us-east-kafka 912 MiB 25 %')
  expect(text).not.toContain('faultline-x-42-77-us-east-kafka')
  expect(text).toContain('faultline-kafka:4.3.1 sha256:74ae')
})

test('an environment without servers, or with what is none, has no table of them', () => {
  expect(serversOf(anEnvironment())).toBe(false)
  expect(serversOf(anEnvironment({ servers: [] }))).toBe(false)
  expect(serversOf(anEnvironment({ servers: [{ name: 'a' }] }))).toBe(false)
})
