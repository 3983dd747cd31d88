import type { MirrorPolicy } from '../../model/plan.ts'
import type { RegionName } from '../../model/units.ts'
import { PROBE_TOPIC } from './region.ts'

/**
 * Topic that a mirror writes the copy of `topic` of region `from` to: after the region, or, where names are kept, the
 * same. Probe records are copied after the region always: those of the harness must never go round.
 */
export const copyName = (
  from: RegionName,
  topic: string,
  policy: MirrorPolicy = 'default',
): string => (policy === 'identity' && topic !== PROBE_TOPIC ? topic : `${from}.${topic}`)
