import { html, type Markup } from './markup.ts'

const terms: readonly (readonly [string, string])[] = [
  [
    'p99',
    'The value 99 of 100 samples do not exceed. It is shown only where at least 10 samples lie beyond it.',
  ],
  [
    'response',
    'From the moment an operation was meant to start, by a schedule that waits for nobody, to its answer. A stall shows in full.',
  ],
  [
    'service',
    'From the moment the operation was sent to its answer. It hides the time spent waiting to be sent.',
  ],
  [
    'recall@k',
    'Share of the k nearest points, by exact search over what was live at that moment, that an answer held. An interval where the outcome of a write is unknown.',
  ],
  [
    'lag',
    'For one write and one other region: from its acknowledgement to the moment searches there find it, or find it superseded.',
  ],
  [
    'hop',
    'One stretch of that way: acknowledged, in the origin’s log, in the target’s copy of the log, applied, searchable.',
  ],
  [
    'catch-up',
    'From the moment a fault is taken away until every write acknowledged before it is applied or superseded everywhere.',
  ],
  [
    'recovery',
    'The phase from the end of a fault until data has caught up, every path on which users failed has answered again, and no more operations are in flight than ever were in the baseline before the fault. It ends with arrivals at the latest.',
  ],
  [
    'convergence',
    'From the end of arrivals until full scans of all regions equal each other and what should be there.',
  ],
  [
    'difference of answers',
    '1 − shared ids / all ids of two regions’ answers to one query at one instant. 0 is the same set.',
  ],
  [
    'censored',
    'Known only to be at least so long: timed out, never arrived before the record ended, or never sent. Counted with its bound, never dropped, and drawn open.',
  ],
  [
    'confirmed',
    'A canary, a measurement apart from the system, saw the fault bite. What no canary saw proves nothing.',
  ],
  [
    'shows',
    'What the samples show, at the confidence of the limit, of what they are samples of: Wilson’s interval of a share, ranks around a percentile, draws of whole queries for recall. A limit passes if all of it holds the bound and fails if none does. All or none (100 %, 0 %) is judged on the run alone.',
  ],
  ['unknown', 'There is no evidence, or not enough: neither passed nor failed.'],
  [
    'invalid',
    'Measured, but the load generator or its machine could not keep up, so what took how long is not about the system.',
  ],
  [
    'open loop',
    'Operations start on a schedule made before the run; slow answers delay none of them.',
  ],
  [
    'closed loop',
    'Each client starts its next operation when its last is answered: a stall holds the clients up, and what they would have asked meanwhile is never measured.',
  ],
  [
    'warm-up, settle',
    'Load before anything is counted; and the time after arrivals end, in which regions may converge.',
  ],
]

export function glossary(): Markup {
  const own = terms.map(([term, meaning]) => html`<dt>${term}</dt><dd>${meaning}</dd>`)
  return html`<details class="print-open"><summary>What the words mean</summary><dl class="glossary">${own}</dl></details>`
}
