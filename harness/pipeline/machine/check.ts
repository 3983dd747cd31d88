import type { WorldName } from '../../model/plan.ts'

/**
 * One thing a machine needs. `world`: what needs it; real servers need what the simulator needs, too. `missing`: it
 * cannot run without; `weak`: it runs, and figures or scenarios suffer; `unknown`: the machine does not say.
 */
export type Check = {
  name: string
  world: WorldName
  state: 'ok' | 'weak' | 'missing' | 'unknown'
  /** A sentence or two: what was seen, and what it means. */
  says: string
  /** The way out; null where nothing is to be done. */
  mend: string | null
}

/** What a world needs and this machine lacks. Without any of it the machine can run that world. */
export const missingFor = (checks: readonly Check[], world: WorldName): Check[] =>
  checks.filter(
    (check) => check.state === 'missing' && (check.world === 'sim' || world === 'containers'),
  )
