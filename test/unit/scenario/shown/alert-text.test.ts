import { expect, test } from 'vitest'
import { SECOND } from '../../../../harness/model/units.ts'
import { readAlertFile } from '../../../../harness/scenario/parts/alerts.ts'
import { alertLinesOf } from '../../../../harness/scenario/shown/alert-text.ts'
import { overlaySentences } from '../../../../harness/scenario/shown/overlay-text.ts'
import { aPlan } from '../../../support/plan.ts'

const alerts = (text: string) => {
  const read = readAlertFile({ file: 'x', text }, null)
  if ('problems' in read) throw new Error(JSON.stringify(read.problems))
  return read.alerts
}
const some = alerts(`rules:
  - { alert: Lag, expr: replication_lag_seconds > 2, for: 10m }
  - { alert: Cpu, expr: cpu_busy_ratio > 0.85 }
expect: { fire: [{ alert: Lag, within: 11m }], quiet: [Cpu] }`)
const timeline = { warmupUs: 10 * SECOND, runUs: 60 * SECOND, settleUs: 0 }

test('check shows each rule, what nobody can tell of it here, and what is expected', () => {
  const plan = aPlan({ alerts: some, timeline })
  const text = alertLinesOf(plan).join('\n')
  expect(text).toMatch(/Lag +for 10m +every 15s +replication_lag_seconds > 2/)
  expect(text).toContain('Lag: cannot fire: the run is over after 70s, warm-up included.')
  expect(text.replace(/\s+/g, ' ')).toContain(
    'Cpu: capability missing: cpu_busy_ratio is not recorded, the simulator has no processors.',
  )
  expect(text).toContain('expected: Lag fires for every fault within 11.0 min')
  expect(text).toContain('expected: Cpu stays quiet')
  expect(alertLinesOf({ ...plan, world: 'containers' }).join('\n')).not.toContain('capability')
  expect(alertLinesOf(aPlan())).toEqual([])
})

test('what a world lays over the alerts is said', () => {
  const other = alerts('[{ alert: Lag, expr: replication_lag_seconds > 30 }]')
  expect(overlaySentences(aPlan({ alerts: some }), aPlan({ alerts: other }))).toEqual([
    'alert Lag replication_lag_seconds > 2 for 10.0 min -> replication_lag_seconds > 30',
    'alert Cpu dropped',
    'expectation of alert Lag dropped',
    'expectation of alert Cpu dropped',
  ])
})
