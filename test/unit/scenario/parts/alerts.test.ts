import { expect, test } from 'vitest'
import { readAlertFile } from '../../../../harness/scenario/parts/alerts.ts'
import { formatProblem } from '../../../../harness/scenario/yaml/problem.ts'
import { sourceFile } from '../known.ts'

const read = (text: string, faults: string[] | null = null) =>
  readAlertFile({ file: 'x.yml', text }, faults)
function rulesOf(text: string) {
  const found = read(text)
  if ('problems' in found) throw new Error(found.problems.map(formatProblem).join('\n'))
  return found.alerts
}
function wrong(text: string, faults: string[] | null = null): string[] {
  const found = read(text, faults)
  return 'problems' in found ? found.problems.map(formatProblem) : ['accepted']
}

const prometheus = `groups:
  - name: a
    rules:
      - alert: Lag
        expr: |
          replication_lag_seconds
            > 2
        for: 1m30s
        keep_firing_for: 5m
        labels: { severity: page, tier: 1 }
        annotations:
          summary: "{{ $labels.link }} is late"
  - name: b
    interval: 30s
    rules:
      - { alert: Down, expr: up == 0 }
`

test('a rule file of Prometheus is read as it is: groups, their intervals, durations, labels', () => {
  const { rules, scrapeUs, expect: expected } = rulesOf(prometheus)
  expect(rules).toMatchObject([
    {
      alert: 'Lag',
      text: 'replication_lag_seconds > 2',
      forUs: 90_000_000,
      keepFiringForUs: 300_000_000,
      everyUs: 15_000_000,
      labels: { severity: 'page', tier: '1' },
      annotations: { summary: '{{ $labels.link }} is late' },
    },
    { alert: 'Down', forUs: 0, keepFiringForUs: 0, everyUs: 30_000_000 },
  ])
  expect({ scrapeUs, expected }).toEqual({ scrapeUs: 15_000_000, expected: [] })
})

test('a list of rules, and a map with what goes for all', () => {
  expect(rulesOf('[{ alert: A, expr: up == 0 }]').rules).toHaveLength(1)
  const text = `interval: 5s
scrape: 1s
rules: [{ alert: A, expr: up == 0 }, { alert: B, expr: up == 1 }]
expect: { fire: [A], quiet: [B] }`
  expect(rulesOf(text)).toMatchObject({
    scrapeUs: 1_000_000,
    rules: [{ everyUs: 5_000_000 }, { everyUs: 5_000_000 }],
    expect: [
      { expect: 'fire', alert: 'A', fault: null, withinUs: null },
      { expect: 'quiet', alert: 'B' },
    ],
  })
})

test('what cannot be read is refused by name and place', () => {
  expect(wrong('groups: [{ name: a, rules: [{ record: a:b, expr: up }] }]')).toEqual([
    'x.yml:1:31: a recording rule is no alert. Write its expression into the rule that asks for it.',
  ])
  expect(wrong('groups: [{ name: a, rules: [{ alert: A, expr: up == 0, when: 5m }] }]')[0]).toMatch(
    /^x\.yml:1:56: unknown key "when"/,
  )
  expect(wrong('groups: [{ rules: [{ alert: A, expr: up == 0 }] }]')[0]).toMatch(
    /"name" is missing/,
  )
  expect(wrong('rules: [{ alert: A, expr: up == 0, for: 90 }]')[0]).toMatch(/90 has no unit/)
  expect(wrong('rules: other.yml')[0]).toMatch(/a file of rules cannot name another/)
  expect(wrong('groups: []')[0]).toMatch(/there are no rules in this file/)
  expect(wrong('just text')[0]).toMatch(/expected a list of rules/)
})

test('a window has to hold two readings', () => {
  const rate = (window: string) =>
    wrong(`[{ alert: A, expr: 'rate(link_bytes_total[${window}]) > 1' }]`)
  expect(rate('29s')[0]).toMatch(
    /a window of 29s never has two readings: exporters are read every 15s\. Write \[60s\], or at least \[30s\]\.$/,
  )
  expect(rate('30s')).toEqual(['accepted'])
})

test('what is said outside of a file goes where the file says nothing', () => {
  const found = readAlertFile({ file: 'x', text: prometheus }, null, {
    interval: 5_000_000,
    scrape: 1_000_000,
  })
  expect(found).toMatchObject({
    alerts: { scrapeUs: 1_000_000, rules: [{ everyUs: 5_000_000 }, { everyUs: 30_000_000 }] },
  })
})

test('an expectation names one rule, one fault, and what can be kept', () => {
  const expecting = (expect: string, faults: string[] | null = ['cut']) =>
    wrong(`{ rules: [{ alert: A, expr: up == 0, for: 1m }], expect: ${expect} }`, faults)[0]
  expect(expecting('{ fire: [{ alert: A, within: 1m, fault: cut }] }')).toBe('accepted')
  expect(expecting('{ fire: [B] }')).toMatch(/unknown alert "B"/)
  expect(expecting('{ fire: [{ alert: A, fault: cat }] }')).toMatch(
    /unknown fault "cat"\. Did you mean "cut"\?/,
  )
  expect(expecting('{ fire: [{ alert: A, within: 59s }] }')).toMatch(/cannot fire within 59s/)
  expect(expecting('{ fire: [A], quiet: [A] }')).toMatch(/cannot both fire and stay quiet/)
  expect(expecting('{ fire: [A] }', [])).toMatch(/to fire for every fault, and there is none/)
})

test('the rules of the articles are read, each with its source', () => {
  const found = readAlertFile(sourceFile('fixtures/alerts/articles.yml'), null)
  const rules = 'alerts' in found ? found.alerts.rules : []
  expect(rules.length).toBeGreaterThanOrEqual(6)
  expect(rules.filter(({ annotations }) => !annotations['source'])).toEqual([])
})
