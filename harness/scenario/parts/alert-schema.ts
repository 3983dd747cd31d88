import { z } from 'zod'
import { alertMetrics } from '../../model/alert.ts'
import { alertGrammar } from '../../text/alert.ts'
import { durationText } from '../shown/figures.ts'
import { about, optional } from '../yaml/about.ts'
import { quantity } from '../yaml/quantity.ts'
import { list } from '../yaml/spelling.ts'
import { alertDefaults } from './defaults.ts'

const duration = quantity('duration')
const positive = quantity('duration', { above: 0 })

const name = z.string({ error: 'expected a name such as ReplicationLag' }).min(1)
const texts = z.record(
  z.string().regex(/^[a-zA-Z_]\w*$/, { error: 'a label is letters, digits and _' }),
  z.union([z.string(), z.number(), z.boolean()], { error: 'expected a text' }).transform(String),
)

const expr = z
  .union([z.string(), z.number()], { error: 'expected an expression' })
  .transform(String)
  .meta({
    description: `a small part of PromQL: ${alertGrammar.join('; ')}. Metrics: ${list(Object.keys(alertMetrics))}`,
    examples: [
      'max by (link) (replication_lag_seconds) > 2',
      'histogram_quantile(0.99, sum by (le, region) (rate(search_response_seconds_bucket[5m]))) > 0.12',
    ],
  })

/** One alerting rule, with the keys of Prometheus. */
export const alertRuleSchema = z.strictObject({
  alert: about(name, 'what the alert is called'),
  expr: about(expr, 'what has to hold'),
  for: optional(duration, 'how long it has to hold before the alert fires', '0s'),
  keep_firing_for: optional(duration, 'how long it fires on once it no longer holds', '0s'),
  labels: optional(texts, 'labels of the alert, such as severity; kept as written'),
  annotations: optional(texts, 'texts for people; kept as written, no template is filled in'),
})
export type AlertRuleWritten = z.output<typeof alertRuleSchema>

const interval = optional(
  positive,
  'how often rules are evaluated, from the start of warm-up on',
  durationText(alertDefaults.everyUs),
)

/** A group of rules, with the keys of Prometheus. */
export const alertGroupSchema = z.strictObject({
  name: about(name, 'what the group is called'),
  interval,
  rules: about(z.array(z.unknown()), 'its rules'),
})

const fire = z.union(
  [
    z.string(),
    z.strictObject({
      alert: about(name, 'which rule'),
      within: optional(duration, 'how long after the beginning of the fault at most; ever'),
      fault: optional(z.string(), 'for this fault; for every fault of the scenario'),
    }),
  ],
  { error: 'expected the name of an alert or { alert: ReplicationLag, within: 30s }' },
)

export const alertExpectSchema = z.strictObject({
  fire: optional(
    z.array(fire).min(1),
    'alerts that have to fire for every fault, or for the one named, and never without a fault',
  ),
  quiet: optional(z.array(z.string()).min(1), 'alerts that must never fire'),
})
export type AlertExpectWritten = z.output<typeof alertExpectSchema>

/** Rules with what goes for all of them. */
export const alertMapSchema = z.strictObject({
  rules: about(
    z.union([z.string(), z.array(alertRuleSchema)], {
      error: 'expected a list of rules, or the name of a file with some',
    }),
    'a list of rules, or a file of them beside the scenario: ours, or one of Prometheus (groups:)',
  ),
  interval,
  scrape: optional(
    quantity('duration', { above: 0 }),
    'how often exporters are read, at most 2m',
    durationText(alertDefaults.scrapeUs),
  ),
  expect: optional(alertExpectSchema, 'what CI holds the alerts to; not kept is exit code 1'),
})
export type AlertMapWritten = z.output<typeof alertMapSchema>

/** What may stand under `alerts:`. */
export const alertsSchema = z.union([z.string(), z.array(alertRuleSchema), alertMapSchema], {
  error: 'expected a list of rules, the name of a file with some, or { rules, expect }',
})
