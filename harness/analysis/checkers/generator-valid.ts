import { Distribution, type Interval } from '../../base/histogram.ts'
import type { Verdict } from '../../model/finding.ts'
import type { Plan } from '../../model/plan.ts'
import type { Us } from '../../model/units.ts'
import { counted, durationText, percentText } from '../../text/value.ts'
import { isStarvedMachine, type MachineLoad, machineLoad, NOTABLE } from '../facts/machine.ts'
import type { Checked, Checker } from './finding.ts'

const LEAST_ALLOWED_US: Us = 10_000
const SHARE_OF_LIMIT = 0.1
const LEAST_ACHIEVED = 0.99

/**
 * The load generator and its machine kept up, warm-up apart: dispatch delay p99 within max(10 ms, 10 % of the smallest
 * response limit), at least 99 % of what was scheduled dispatched (what `shed` drops by order does not count), and on real
 * servers timers of the harness within the same bound and CPU left for the run. If not, whatever measures time says more
 * about us and our neighbours than about the system.
 */
export const generatorValid: Checker = (facts): Checked => {
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
  const machine = machineLoad(history.plan, history.health)
  const keptUp =
    p99.high <= allowedUs &&
    achieved >= LEAST_ACHIEVED &&
    (machine?.loopDelayP99Us ?? 0) <= allowedUs &&
    !(machine && isStarvedMachine(machine))
  const verdict: Verdict = scheduled === 0 ? 'unknown' : keptUp ? 'pass' : 'invalid'
  return {
    checker: 'generator-valid',
    verdict,
    because:
      scheduled === 0
        ? 'No operation was scheduled after warm-up.'
        : `${becauseOfOthers(machine)}${because(scheduled, achieved, p99, allowedUs)}${becauseOfTimers(machine)}`,
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
  const delay = Number.isFinite(low) ? durationText(low) : 'endless'
  return (
    `${counted(scheduled, 'operation')} scheduled, ${percentText(achieved)} dispatched; ` +
    `dispatch delay p99 ${delay} of ${durationText(allowedUs)} allowed.`
  )
}

/** Who else took the CPU, said first: it is why the rest is as it is. */
function becauseOfOthers(machine: MachineLoad | null): string {
  const percent = (share: number): string => `${Math.round(share * 100)} %`
  const { foreign = 0, steal = 0, starvedFor = 0 } = machine ?? {}
  const takers = [
    ...(foreign > NOTABLE ? [`other processes took ${percent(foreign)} of the CPU`] : []),
    ...(steal > NOTABLE ? [`the hypervisor took ${percent(steal)} of the CPU`] : []),
    ...(starvedFor > 0 ? [`none was idle for ${percent(starvedFor)} of the time`] : []),
  ]
  return takers.length === 0 ? '' : `${takers.join(', ')}; `
}

function becauseOfTimers(machine: MachineLoad | null): string {
  const us = machine?.loopDelayP99Us
  return us === undefined ? '' : ` Timers of the harness were late by ${durationText(us)} (p99).`
}
