import { Distribution, type Interval } from '../../base/histogram.ts'
import type { Finding, Verdict } from '../../model/finding.ts'
import type { Plan } from '../../model/plan.ts'
import type { Us } from '../../model/units.ts'
import { counted } from '../wording.ts'
import type { Checker } from './finding.ts'

const LEAST_ALLOWED_US: Us = 10_000
const SHARE_OF_LIMIT = 0.1
const LEAST_ACHIEVED = 0.99

/**
 * The load generator kept up, warm-up apart: dispatch delay p99 within max(10 ms, 10 % of the smallest response
 * limit) and at least 99 % of what was scheduled dispatched (what `shed` drops by order does not count). If it
 * did not, latency, recall and lag say more about us than about the system.
 */
export const generatorValid: Checker = (facts): Finding => {
  const { history, phaseOf } = facts
  const delays = new Distribution()
  let scheduled = 0
  let dispatched = 0
  for (const op of history.ops) {
    if (op.shed === 'in-flight cap' || phaseOf(op.intended) === 'warmup') continue
    scheduled++
    if (op.dispatched !== null) {
      dispatched++
      delays.add(op.dispatched - op.intended)
    } else delays.addBound(history.endUs - op.intended)
  }
  const allowedUs = allowedDelayUs(history.plan)
  const p99 = delays.quantile(0.99)
  const achieved = dispatched / scheduled
  const verdict: Verdict =
    scheduled === 0
      ? 'unknown'
      : p99.high <= allowedUs && achieved >= LEAST_ACHIEVED
        ? 'pass'
        : 'invalid'
  return {
    checker: 'generator-valid',
    verdict,
    because:
      scheduled === 0
        ? 'No operation was scheduled after warm-up.'
        : because(scheduled, achieved, p99, allowedUs),
    evidence: scheduled,
    violations: verdict === 'invalid' ? 1 : 0,
    events: [],
    about: 'run',
    promised: true,
  }
}

function allowedDelayUs({ limits }: Plan): Us {
  const responses = limits
    .filter(({ metric }) => metric === 'search.response' || metric === 'write.response')
    .map(({ value }) => value * SHARE_OF_LIMIT)
  return responses.length === 0
    ? LEAST_ALLOWED_US
    : Math.max(LEAST_ALLOWED_US, Math.min(...responses))
}

function because(scheduled: number, achieved: number, { low }: Interval, allowedUs: Us): string {
  const delay = Number.isFinite(low) ? `${(low / 1000).toFixed(3)} ms` : 'endless'
  return (
    `${counted(scheduled, 'operation')} scheduled, ${(achieved * 100).toFixed(2)} % dispatched; ` +
    `dispatch delay p99 ${delay} of ${(allowedUs / 1000).toFixed(3)} ms allowed.`
  )
}
