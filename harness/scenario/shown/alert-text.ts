import type { AlertRule } from '../../model/alert.ts'
import { type Plan, runEndUs } from '../../model/plan.ts'
import { expectationText, lackText } from '../../text/alert.ts'
import { textTable, WIDTH, wrap } from '../../text/table.ts'
import { durationText } from './figures.ts'

/** Alerting rules of a plan, which of them its world cannot evaluate and why, and what is expected of them. */
export function alertLinesOf(plan: Plan): string[] {
  const { alerts } = plan
  if (!alerts) return []
  const rows = alerts.rules.map((rule) => [
    rule.alert,
    rule.forUs === 0 ? 'at once' : `for ${durationText(rule.forUs)}`,
    `every ${durationText(rule.everyUs)}`,
    rule.text,
  ])
  const notes = alerts.rules.flatMap((rule) =>
    noteOf(rule, plan).map((note) => `${rule.alert}: ${note}`),
  )
  const expected = alerts.expect.map((one) => `expected: ${expectationText(one)}`)
  return [
    ...textTable(['alert', 'fires', 'evaluated', 'condition'], [], rows),
    ...[
      `Exporters are read every ${durationText(alerts.scrapeUs)}.`,
      ...notes,
      ...expected,
    ].flatMap((line) => wrap(line, WIDTH - 2).map((text) => `  ${text}`)),
  ]
}

function noteOf({ expr, forUs }: AlertRule, plan: Plan): string[] {
  const lack = lackText(expr, plan.world)
  if (lack !== null) return [lack]
  const endUs = runEndUs(plan)
  return forUs > endUs
    ? [`cannot fire: the run is over after ${durationText(endUs)}, warm-up included.`]
    : []
}
