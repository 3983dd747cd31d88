import type { AlertOutcome } from '../../harness/model/alert.ts'
import { SECOND } from '../../harness/model/units.ts'
import { readAlertExpr } from '../../harness/scenario/parts/alert-expr.ts'

/** What one rule would have done: nothing, unless told. */
export function outcome(alert: string, over: Partial<AlertOutcome> = {}): AlertOutcome {
  const text = 'replication_lag_seconds > 2'
  const read = readAlertExpr(text)
  if ('wrong' in read) throw new Error(read.wrong)
  const times = { forUs: 60 * SECOND, keepFiringForUs: 0, everyUs: 15 * SECOND }
  return {
    rule: { alert, text, expr: read.expr, ...times, labels: { severity: 'page' }, annotations: {} },
    cannotTell: null,
    evaluations: 12,
    withData: 12,
    episodes: [],
    faults: [],
    ...over,
  }
}

/** Of an alert that slept through the fault. */
export const asleep = {
  fault: 'partition',
  confirmed: true,
  firedAfterUs: null,
  lastsUs: 40 * SECOND,
  afterHealUs: null,
  open: false,
  already: false,
  pendingAtEnd: false,
  series: [],
  heldUs: null,
}
export const labels = { link: 'us-east>eu-west', from: 'us-east', to: 'eu-west' }
/** It fired for the fault, and ended. */
export const fired = outcome('Lag', {
  episodes: [
    {
      labels,
      activeUs: 45 * SECOND,
      firedUs: 55 * SECOND,
      endedUs: 90 * SECOND,
      faults: ['partition'],
      wrong: false,
    },
  ],
  faults: [
    {
      ...asleep,
      firedAfterUs: 15 * SECOND,
      afterHealUs: 10 * SECOND,
      series: [{ labels, firedAfterUs: 15 * SECOND, afterHealUs: 10 * SECOND, open: false }],
      heldUs: 30 * SECOND,
    },
  ],
})
