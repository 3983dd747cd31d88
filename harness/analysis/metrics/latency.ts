import type { Distribution } from '../../base/histogram.ts'
import type { MetricName } from '../../model/metric.ts'
import type { Us } from '../../model/units.ts'
import type { Facts } from '../facts/facts.ts'
import type { Op } from '../facts/op.ts'
import { type Cells, cellsBy } from './cells.ts'

/**
 * Response (from the intended start), service (from dispatch) and dispatch delay of every operation, by region of
 * the client and phase of the intended time. What was not answered in time, or not at all, is a lower bound; what
 * was shed is endless. Searches of a closed loop have no response time: no schedule said when they were to start. An operation that certainly failed has no latency: it counts in availability.
 */
export function measureLatency({ history, phaseOf }: Facts, cells: Cells): void {
  const by = (metric: MetricName, operation?: string) =>
    cellsBy((region, phase) =>
      cells.at({ metric, region, phase, ...(operation !== undefined && { operation }) }),
    )
  const delays = by('search.dispatch-delay')
  const services = by('search.service')
  const responses = {
    search: [by('search.response')],
    upsert: [by('write.response'), by('write.response', 'upsert')],
    delete: [by('write.response'), by('write.response', 'delete')],
    fetch: [by('fetch.response')],
  }
  for (const op of history.ops) {
    const phase = phaseOf(op.intended)
    measureDelay(op, delays(op.region, phase), history.endUs)
    if (op.outcome === 'fail') continue
    for (const response of op.closed ? [] : responses[op.kind])
      answer(op, response(op.region, phase), op.intended, history.endUs)
    if (op.kind === 'search' && op.dispatched !== null)
      answer(op, services(op.region, phase), op.dispatched, history.endUs)
  }
}

function answer(op: Op, values: Distribution, fromUs: Us, endUs: Us): void {
  if (op.shed !== null) values.addEndless()
  else if (op.done === null) values.addBound(endUs - fromUs)
  else if (op.outcome === 'ok') values.add(op.done - fromUs)
  else values.addBound(op.done - fromUs)
}

/** Shedding over the in-flight cap is a policy, not our own delay. */
function measureDelay(op: Op, values: Distribution, endUs: Us): void {
  if (op.dispatched !== null) values.add(op.dispatched - op.intended)
  else if (op.shed === 'run ended') values.addBound(endUs - op.intended)
}
