import { counted, durationText, percentText } from '../../text/value.ts'
import { isOverfull, type MachineLoad, NOTABLE } from '../facts/machine.ts'
import type { Pace } from '../facts/pace.ts'
import type { Checked, Checker } from './finding.ts'

/**
 * The load generator and its machine kept up, warm-up apart: dispatch delay p99 within max(10 ms, 10 % of the smallest
 * response limit), at least 99 % of what was scheduled dispatched (what `shed` drops by order does not count), and on real
 * servers timers of the harness within the same bound and CPU left for the run. If not, whatever measures time says more
 * about us and our neighbours than about the system.
 */
export const generatorValid: Checker = ({ pace }): Checked => {
  const { scheduled, machine } = pace
  const verdict = scheduled === 0 ? 'unknown' : pace.keptUp ? 'pass' : 'invalid'
  return {
    checker: 'generator-valid',
    verdict,
    because:
      scheduled === 0
        ? 'No operation was scheduled after warm-up.'
        : `${becauseOfOthers(machine)}${because(pace)}${becauseOfTimers(machine)}`,
    evidence: scheduled,
    violations: verdict === 'invalid' ? 1 : 0,
    events: [],
    about: 'run',
    promised: true,
  }
}

function because({ scheduled, achieved, dispatchP99Us: { low }, allowedUs }: Pace): string {
  const delay = Number.isFinite(low) ? durationText(low) : 'endless'
  return (
    `${counted(scheduled, 'operation')} scheduled, ${percentText(achieved)} dispatched; ` +
    `dispatch delay p99 ${delay} of ${durationText(allowedUs)} allowed.`
  )
}

/** Who else took the CPU, said first: it is why the rest is as it is. */
function becauseOfOthers(machine: MachineLoad | null): string {
  const percent = (share: number): string => `${Math.round(share * 100)} %`
  const { foreign = 0, steal = 0, starvedFor = 0, fullFor = 0 } = machine ?? {}
  const named = (machine?.takers ?? []).map(({ name, share }) => `${name} ${percent(share)}`)
  const who = named.length === 0 ? '' : ` (${named.join(', ')})`
  const takers = [
    ...(foreign > NOTABLE ? [`other processes took ${percent(foreign)} of the CPU${who}`] : []),
    ...(steal > NOTABLE ? [`the hypervisor took ${percent(steal)} of the CPU`] : []),
    ...(starvedFor > 0 ? [`none was idle for ${percent(starvedFor)} of the time`] : []),
  ]
  if (takers.length === 0 && machine && isOverfull(machine))
    return `the servers of all regions share this machine, and no CPU was idle for ${percent(fullFor)} of the time, so that regions slowed each other; `
  return takers.length === 0 ? '' : `${takers.join(', ')}; `
}

function becauseOfTimers(machine: MachineLoad | null): string {
  const us = machine?.loopDelayP99Us
  return us === undefined ? '' : ` Timers of the harness were late by ${durationText(us)} (p99).`
}
