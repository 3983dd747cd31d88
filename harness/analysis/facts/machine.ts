import type { HealthLine } from '../../model/health.ts'
import type { Plan } from '../../model/plan.ts'
import { arrivalsEndUs } from '../../model/plan.ts'
import type { Us } from '../../model/units.ts'

/** The share of all cores from which on other processes count as in the way. */
export const NOTABLE = 0.1
/** Less idle CPU than this is none: somebody who wanted to run had to wait. */
const NO_IDLE = 0.95
/** A machine that had no idle CPU in more of its time than this, while others took a notable share, was starved. */
const STARVED = 0.1
/**
 * Its own servers may fill a machine for a while, as after a restart. Where they do so for more of the time than this,
 * regions that would each have a machine slow each other.
 */
const OVERFULL = 0.5

/** How the machine did while the load ran, warm-up apart. Shares are of all cores and of the time. */
export type MachineLoad = {
  /** Means over the time: taken by processes that are not of the run, and by the hypervisor. Absent if not measured. */
  foreign?: number
  steal?: number
  /** Who of the others took most, mean shares; absent where nobody was named. */
  takers?: { name: string; share: number }[]
  /** The share of the time in which nothing was idle, and in which, besides, others took a notable share. */
  fullFor?: number
  starvedFor?: number
  /** How late timers of the harness fired; absent if not measured. */
  loopDelayP99Us?: Us
}

/** Null in the simulator, whose times no machine can spoil, and for runs that did not write it down. */
export function machineLoad(plan: Plan, lines: readonly HealthLine[]): MachineLoad | null {
  if (plan.world === 'sim') return null
  const during = lines.filter(
    ({ runUs }) => runUs > plan.timeline.warmupUs && runUs <= arrivalsEndUs(plan),
  )
  if (during.length === 0) return null
  const measured = during.filter(({ foreignShare }) => foreignShare !== undefined)
  const { loopDelayP99Us } = during.at(-1) as HealthLine
  return {
    ...(measured.length > 0 && {
      foreign: meanOf(measured, ({ foreignShare }) => foreignShare),
      steal: meanOf(measured, ({ stealShare }) => stealShare),
      ...takersOf(measured),
      fullFor: measured.filter(isFull).length / measured.length,
      starvedFor: measured.filter(isStarved).length / measured.length,
    }),
    ...(loopDelayP99Us !== undefined && { loopDelayP99Us }),
  }
}

export const isStarvedMachine = ({ starvedFor = 0 }: MachineLoad): boolean => starvedFor > STARVED
export const isOverfull = ({ fullFor = 0 }: MachineLoad): boolean => fullFor > OVERFULL

/** So many of those who took most are named. */
const NAMED = 3

function takersOf(lines: readonly HealthLine[]): Pick<MachineLoad, 'takers'> {
  const sums = new Map<string, number>()
  for (const { takers = [] } of lines)
    for (const { name, share } of takers) sums.set(name, (sums.get(name) ?? 0) + share)
  const means = [...sums].map(([name, sum]) => ({ name, share: sum / lines.length }))
  const greediest = means.sort((a, b) => b.share - a.share).slice(0, NAMED)
  return greediest.length === 0 ? {} : { takers: greediest }
}

function meanOf(lines: readonly HealthLine[], of: (line: HealthLine) => number | undefined) {
  return lines.reduce((sum, line) => sum + (of(line) ?? 0), 0) / lines.length
}

const isFull = ({ busyShare = 0 }: HealthLine): boolean => busyShare >= NO_IDLE

const isStarved = (line: HealthLine): boolean =>
  isFull(line) && (line.foreignShare ?? 0) + (line.stealShare ?? 0) > NOTABLE
