import { Distribution, type Interval } from '../../base/histogram.ts'
import type { Plan } from '../../model/plan.ts'
import type { Us } from '../../model/units.ts'
import type { History } from './history.ts'
import { isOverfull, isStarvedMachine, type MachineLoad, machineLoad } from './machine.ts'

/** The bound on dispatch delay and late timers where no limit on response times is tighter. */
export const LEAST_ALLOWED_US: Us = 10_000
const SHARE_OF_LIMIT = 0.1
export const LEAST_ACHIEVED = 0.99

/** Whether the load generator and its machine kept up, warm-up apart, and what that is concluded from. */
export type Pace = {
  /** Operations; what the plan's cap sheds is not scheduled. */
  scheduled: number
  /** Share of them that was dispatched; NaN if none was scheduled. */
  achieved: number
  dispatchP99Us: Interval
  /** Bound on the dispatch delay and on how late timers of the harness fire. */
  allowedUs: Us
  /** Null where no machine can spoil times, and where nobody wrote down how it was. */
  machine: MachineLoad | null
  keptUp: boolean
}

export function paceOf(history: History, phaseOf: (us: Us) => string): Pace {
  const delays = new Distribution()
  let [scheduled, dispatched] = [0, 0]
  for (const op of history.ops) {
    if (op.shed === 'in-flight cap' || phaseOf(op.intended) === 'warmup') continue
    scheduled++
    if (op.dispatched !== null) {
      dispatched++
      delays.add(op.dispatched - op.intended)
    } else delays.addBound(history.endUs - op.intended)
  }
  const allowedUs = allowedDelayUs(history.plan)
  const dispatchP99Us = delays.quantile(0.99)
  const achieved = dispatched / scheduled
  const machine = machineLoad(history.plan, history.health)
  const inTime = scheduled === 0 || isInTime({ achieved, dispatchP99Us, allowedUs })
  const keptUp =
    inTime &&
    (machine?.loopDelayP99Us ?? 0) <= allowedUs &&
    !(machine && (isStarvedMachine(machine) || isOverfull(machine)))
  return { scheduled, achieved, dispatchP99Us, allowedUs, machine, keptUp }
}

/** Whether what was scheduled was dispatched, and in time: all but one of a hundred, twice. */
export const isInTime = ({
  achieved,
  dispatchP99Us,
  allowedUs,
}: Pick<Pace, 'achieved' | 'dispatchP99Us' | 'allowedUs'>): boolean =>
  dispatchP99Us.high <= allowedUs && achieved >= LEAST_ACHIEVED

function allowedDelayUs({ limits }: Plan): Us {
  const responses = limits
    .filter(({ metric }) => metric === 'search.response' || metric === 'write.response')
    .map(({ value }) => value * SHARE_OF_LIMIT)
  return responses.length === 0
    ? LEAST_ALLOWED_US
    : Math.max(LEAST_ALLOWED_US, Math.min(...responses))
}
