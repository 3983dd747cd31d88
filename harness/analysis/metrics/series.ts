import type { Series } from '../../model/finding.ts'
import { arrivalsEndUs } from '../../model/plan.ts'
import type { Us } from '../../model/units.ts'
import type { Facts } from '../facts/facts.ts'
import type { Op } from '../facts/op.ts'
import type { AnswerDifference } from './answers.ts'
import { inTime, responseLimits } from './availability.ts'
import { type Bucket, Buckets, bucketWidthUs, meanLine, quantileLine, rateLine } from './buckets.ts'
import { catchUpSeries } from './catch-up.ts'
import { heatSeries } from './heat.ts'
import { crossings } from './lag.ts'
import type { RecallSamples } from './recall-samples.ts'

/** Everything drawn over time, at most 600 points a series. */
export function seriesOf(
  facts: Facts,
  samples: RecallSamples,
  differences: readonly AnswerDifference[],
): Series[] {
  const widthUs = bucketWidthUs(facts.history.endUs)
  return [
    ...rateSeries(facts, widthUs),
    ...latencySeries(facts, widthUs),
    ...heatSeries(facts),
    ...recallSeries(samples, widthUs),
    ...lagSeries(facts, widthUs),
    ...divergenceSeries(differences, widthUs),
    ...catchUpSeries(facts),
  ]
}

/** `offered`: scheduled, by intended time; `achieved`: answered ok, `goodput`: in time too, by time of the answer. */
function rateSeries({ history, phaseOf }: Facts, widthUs: Us): Series[] {
  const offered = new Buckets(widthUs)
  const achieved = new Buckets(widthUs)
  const goodput = new Buckets(widthUs)
  const limitFor = responseLimits(history.plan)
  for (const op of history.ops) {
    if (!op.closed) offered.at(op.region, op.intended).known.push(1)
    if (op.outcome !== 'ok' || op.done === null) continue
    achieved.at(op.region, op.done).known.push(1)
    if (op.kind !== 'search' || op.closed) continue
    const limitUs = limitFor(op.region, phaseOf(op.intended))
    if (limitUs !== null && inTime(op, limitUs)) goodput.at(op.region, op.done).known.push(1)
  }
  const lines = [
    ...offered.series('rates', [rateLine('offered', widthUs)]),
    ...achieved.series('rates', [rateLine('achieved', widthUs)]),
    ...goodput.series('rates', [rateLine('goodput', widthUs)]),
  ]
  // A rate over part of a bucket would show as a dive at the end of arrivals, or where a record was cut.
  const wholeUntilUs = Math.min(arrivalsEndUs(history.plan), history.endUs) - widthUs
  return lines.map((line) => ({
    ...line,
    points: line.points.filter(([us]) => us <= wholeUntilUs),
  }))
}

/** Response of searches and dispatch delay of all operations, by intended time. */
function latencySeries({ history }: Facts, widthUs: Us): Series[] {
  const response = new Buckets(widthUs)
  const delay = new Buckets(widthUs)
  for (const op of history.ops) {
    if (op.dispatched !== null)
      delay.at(op.region, op.intended).known.push(op.dispatched - op.intended)
    if (op.kind === 'search' && !op.closed && op.outcome !== 'fail')
      put(response.at(op.region, op.intended), op, history.endUs)
  }
  const lines = [quantileLine('p50', 0.5), quantileLine('p99', 0.99)]
  return [...response.series('latency', lines), ...delay.series('dispatch', lines)]
}

function put(bucket: Bucket, op: Op, endUs: Us): void {
  if (op.shed !== null) bucket.endless++
  else if (op.outcome === 'ok' && op.done !== null) bucket.known.push(op.done - op.intended)
  else bucket.bounds.push((op.done ?? endUs) - op.intended)
}

function recallSeries(samples: RecallSamples, widthUs: Us): Series[] {
  const lows = new Buckets(widthUs)
  const highs = new Buckets(widthUs)
  for (const { op, low, high } of samples) {
    lows.at(op.region, op.intended).known.push(low)
    highs.at(op.region, op.intended).known.push(high)
  }
  return [
    ...lows.series('recall', [meanLine('low')]),
    ...highs.series('recall', [meanLine('high')]),
  ]
}

/** By time of the acknowledgement; what never arrived stands at its bound. */
function lagSeries(facts: Facts, widthUs: Us): Series[] {
  const { endUs } = facts.history
  const lags = new Buckets(widthUs)
  for (const { link, ackUs, arrivedUs } of crossings(facts)) {
    const bucket = lags.at(link, ackUs)
    if (arrivedUs === Number.POSITIVE_INFINITY) bucket.bounds.push(endUs - ackUs)
    else bucket.known.push(arrivedUs - ackUs)
  }
  return lags.series('lag', [quantileLine('p50', 0.5), quantileLine('max', 1)])
}

function divergenceSeries(differences: readonly AnswerDifference[], widthUs: Us): Series[] {
  const buckets = new Buckets(widthUs)
  for (const { t, link, jaccard } of differences) buckets.at(link, t).known.push(jaccard)
  return buckets.series('divergence', [meanLine('mean')])
}
