import type { History } from './history.ts'

/**
 * Whether some region changed between the last two rounds of scans: the run ended before it had settled, and what
 * differs then may only be on its way. Without any settle nobody can say, which is the same.
 */
export function stillMoving({ plan, scans }: History): boolean {
  return plan.regions.some((region) => {
    const own = scans.filter((scan) => scan.region === region)
    if (own.length < 2) return plan.timeline.settleUs === 0
    return own.at(-1)?.digest !== own.at(-2)?.digest
  })
}
