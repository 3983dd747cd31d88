import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Exporters, Labels, Observations } from '../../harness/analysis/alerts/exported.ts'
import { isMet, valuesAt } from '../../harness/analysis/alerts/expression.ts'
import { AlertStates } from '../../harness/analysis/alerts/states.ts'
import type { AlertExpr, LabelMatcher } from '../../harness/model/alert.ts'
import { SECOND } from '../../harness/model/units.ts'
import { readAlertExpr } from '../../harness/scenario/parts/alert-expr.ts'
import { readQuantity } from '../../harness/scenario/yaml/quantity.ts'

/**
 * What Prometheus itself says. Made once: random series were put into its own storage (tsdb), each rule was evaluated by
 * its own code (rules.AlertingRule.Eval on promql.Engine, v3.4.2), and the states of all active alerts were written down
 * after each evaluation. Quantiles are such that no rank is whole: whether one is met then, Prometheus leaves to its
 * rounding errors.
 */
type Case = {
  expr: string
  for: string
  keep: string
  /** Seconds between evaluations. */
  every: number
  series?: { labels: Labels; values: (number | null)[] }[]
  /** What a histogram saw since the reading before, in seconds. */
  observations?: { labels: Labels; seen: number[][] }[]
  /** After each evaluation: `label=value,…:state`, one after the other. */
  states: string[]
}

const [head = '', ...lines] = readFileSync(
  new URL('./prometheus-alerts.jsonl', import.meta.url),
  'utf8',
)
  .trimEnd()
  .split('\n')
const { scrape } = JSON.parse(head) as { scrape: number }
const cases = lines.map((line) => JSON.parse(line) as Case)

const us = (text: string): number => {
  const reading = readQuantity('duration', text)
  if ('wrong' in reading) throw new Error(reading.wrong)
  return reading.value
}

const matches = (labels: Labels, matchers: readonly LabelMatcher[]): boolean =>
  matchers.every(({ label, is, value }) =>
    is.endsWith('~')
      ? new RegExp(`^(?:${value})$`).test(labels[label] ?? '') === (is === '=~')
      : (labels[label] === value) === (is === '='),
  )

function exportersOf({ series = [], observations = [] }: Case): Exporters {
  const histograms = observations.map(({ labels, seen }): Observations => {
    const all = seen.flatMap((values, i) => values.map((value) => [i * scrape * SECOND, value]))
    return {
      labels,
      us: Float64Array.from(all, ([at]) => at as number),
      seconds: Float64Array.from(all, ([, value]) => value as number),
    }
  })
  return {
    scrapeUs: scrape * SECOND,
    readingsOf: ({ matchers }) => series.filter(({ labels }) => matches(labels, matchers)),
    observationsOf: ({ matchers }) => histograms.filter(({ labels }) => matches(labels, matchers)),
  }
}

function statesOf(one: Case): string[] {
  const read = readAlertExpr(one.expr)
  if ('wrong' in read) throw new Error(read.wrong)
  const { expr } = read
  const exporters = exportersOf(one)
  const states = new AlertStates({ forUs: us(one.for), keepFiringForUs: us(one.keep) })
  return one.states.map((_, i) => {
    const now = i * one.every * SECOND
    states.evaluate(now, metAt(expr, exporters, now))
    const active = states.stretches.filter(({ endedUs }) => endedUs === null)
    return active
      .map(
        ({ labels, firedUs }) => `${labelText(labels)}:${firedUs === null ? 'pending' : 'firing'}`,
      )
      .sort()
      .join(' ')
  })
}

const metAt = (expr: AlertExpr, exporters: Exporters, now: number): Labels[] =>
  valuesAt(expr, exporters, now).flatMap(({ labels, value }) =>
    isMet(expr, value) ? [labels] : [],
  )

const labelText = (labels: Labels): string =>
  Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value},`)
    .join('')

describe('alerts come and go as Prometheus has them', () => {
  test.each(cases.map((one, i) => [i + 1, one] as const))('case %i', (_, one) => {
    expect(statesOf(one)).toEqual(one.states)
  })

  test('the cases hold what can go wrong: pending in vain, firing, kept firing, nothing at all', () => {
    const states = cases.flatMap((one) => one.states).join(' ')
    expect(cases.length).toBeGreaterThanOrEqual(20)
    for (const state of ['pending', 'firing']) expect(states).toContain(`:${state}`)
    const inVain = cases.filter(
      (one) => /:pending/.test(one.states.join(' ')) && !/:firing/.test(one.states.join(' ')),
    )
    expect(inVain.length).toBeGreaterThan(0)
    expect(cases.some((one) => one.series?.some(({ values }) => values.includes(null)))).toBe(true)
    expect(
      cases.filter(({ keep, states: own }) => keep !== '0s' && /:firing/.test(own.join(' ')))
        .length,
    ).toBeGreaterThan(5)
  })
})
