import { expect, test } from 'vitest'
import { alertMetrics } from '../../../../harness/model/alert.ts'
import { readAlertExpr } from '../../../../harness/scenario/parts/alert-expr.ts'
import { alertGrammar } from '../../../../harness/text/alert.ts'

const p99 =
  'histogram_quantile(0.99, sum by (le, region) (rate(search_response_seconds_bucket[5m])))'

test.each([
  'replication_lag_seconds > 2',
  'replication_lag_seconds{} >= 2.5',
  'replication_lag_seconds{link="us>eu",from!="eu"} < 1e3',
  `replication_lag_seconds{to=~'us-.*|eu-west'} == 0`,
  '(max(replication_lag_seconds)) != .5',
  'max by (link) (replication_lag_seconds) > 2',
  'max(replication_lag_seconds) by (link, to) > 2',
  'avg(max_over_time(replication_lag_seconds[5m])) > 2',
  'sum(rate(operations_total{outcome!="ok"}[1m])) / sum(rate(operations_total[1m])) > 0.05',
  '(sum by (region) (increase(operations_total[1m30s])) / sum by (region) (increase(operations_total[1m30s]))) > 1',
  'rate(search_response_seconds_sum[5m]) / rate(search_response_seconds_count[5m]) > 0.1',
  `${p99} > 0.12`,
  'histogram_quantile(0.5, rate(search_response_seconds_bucket[5m])) > 1',
  'histogram_quantile(0.99, sum(rate(search_response_seconds_bucket{region="eu"}[5m])) by (le)) > 1',
  'histogram_quantile(0.99, sum by (region) (rate(search_response_seconds[5m]))) > 1',
  'max(histogram_quantile(0.99, rate(search_response_seconds_bucket[5m]))) > 1',
  'up{job="store"} == 0',
  'replication_lag_seconds > -1',
])('read: %s', (text) => {
  expect(readAlertExpr(text)).toHaveProperty('expr')
})

test('what is read is what was written', () => {
  expect(readAlertExpr(`max by (region) (${p99}) >= 0.12`)).toEqual({
    expr: {
      term: {
        reading: {
          read: 'quantile',
          q: 0.99,
          of: { metric: 'search_response_seconds', matchers: [] },
          windowUs: 300_000_000,
          by: ['region'],
        },
        together: { how: 'max', by: ['region'] },
      },
      divisor: null,
      comparison: '>=',
      bound: 0.12,
    },
  })
})

test.each([
  ['replication_lag_seconds', 'nothing is compared'],
  ['2 < replication_lag_seconds', 'the number stands before the comparison'],
  ['replication_lag_seconds > 2s', '2s has a unit. Write 2: seconds.'],
  ['cpu_busy_ratio > 85%', '85% has a unit. Write 0.85.'],
  ['replication_lag_seconds > up', 'expected a number behind the comparison, found "up"'],
  ['replication_lag_seconds > 2 and up == 0', 'and is not read. Write a rule for each of the two.'],
  ['replication_lag_seconds * 1000 > 2', '* is not read here'],
  ['replication_lag_seconds > bool 2', 'bool is not read'],
  ['replication_lag_seconds offset 5m > 2', 'offset is not read'],
  ['replication_lag_seconds[5m] > 2', 'a window needs a function. Write max_over_time'],
  ['max without (link) (replication_lag_seconds) > 2', 'without is not read'],
  [
    'max by (shard) (replication_lag_seconds) > 2',
    'max has no label "shard". There are link, from, to.',
  ],
  ['replication_lag_seconds{region="x"} > 2', 'replication_lag_seconds has no label "region"'],
  [
    'replication_lag_seconds{to="x} > 2',
    'is no part of an expression. Is a quote or a bracket left open?',
  ],
  ['replication_lag_seconds{to=~"(?=x)"} > 2', 'is no plain pattern'],
  ['replication_lag > 2', 'no run records replication_lag. Did you mean replication_lag_seconds?'],
  [
    'node_cpu_seconds_total > 2',
    'capability missing: no run records node_cpu_seconds_total. Did you mean cpu_busy_ratio?',
  ],
  ['search_response_seconds > 2', `is a histogram, and no single number. Write ${p99}.`],
  ['search_response_seconds_bucket > 2', 'are buckets, and no single number'],
  ['operations_total > 2', 'operations_total only grows. Write rate(operations_total[1m]).'],
  ['rate(replication_lag_seconds[5m]) > 2', 'is a gauge, and rate is for what only grows'],
  ['max_over_time(operations_total[5m]) > 2', 'operations_total is no gauge'],
  ['rate(operations_total) > 2', 'expected a window, found ")". Write operations_total[5m].'],
  ['rate(operations_total[5]) > 2', 'the window: 5 has no unit'],
  ['max_over_time(replication_lag_seconds[5m:1m]) > 2', 'a subquery is not read'],
  ['p99(search_response_seconds[5m]) > 0.12', `p99 is no function. Write ${p99}.`],
  ['histogram_quantile(99, rate(search_response_seconds_bucket[5m])) > 1', 'the quantile is "99"'],
  [
    'histogram_quantile(0.99, sum(rate(search_response_seconds_bucket[5m]))) > 1',
    'no quantile is left. Write sum by (le) (…).',
  ],
  [
    'histogram_quantile(0.99, sum by (le) (rate(search_response_seconds[5m]))) > 1',
    'has no le. Write search_response_seconds_bucket.',
  ],
  ['histogram_quantile(0.99, rate(operations_total[5m])) > 1', 'operations_total is no histogram'],
  ['irate(operations_total[5m]) > 2', 'the function irate is not read. Write rate(…[1m]).'],
  ['absent(up) > 0', 'the function absent is not read'],
  ['topk(3, up) > 0', 'topk is not read'],
  [
    'sum(rate(operations_total[1m])) / rate(operations_total[1m]) > 1',
    'has the labels (), what it is divided by (operation, outcome, region)',
  ],
  [
    'sum(rate(operations_total[1m]) / rate(operations_total[1m])) > 1',
    'only one series can stand in sum(…)',
  ],
  ['', 'expected a metric, found nothing'],
  ['up == 0 )', 'one comparison and no more: found ")"'],
  ['up == 0 # down', '"# down" is no part of an expression'],
])('refused: %s', (text, said) => {
  const read = readAlertExpr(text)
  expect('wrong' in read ? `${read.wrong}. ${read.hint}` : 'read').toContain(said)
})

test('what is promised in help is read: the example of the grammar, and every metric in some form', () => {
  const example = /histogram_quantile.*$/.exec(alertGrammar.join('\n'))?.[0]
  expect(readAlertExpr(`${example} > 1`)).toHaveProperty('expr')
  for (const [name, { type }] of Object.entries(alertMetrics)) {
    const forms = {
      gauge: `${name} > 1`,
      counter: `rate(${name}[1m]) > 1`,
      histogram: `histogram_quantile(0.9, rate(${name}_bucket[1m])) > 1`,
    }
    expect(readAlertExpr(forms[type])).toHaveProperty('expr')
  }
})
