import type { Rng } from '../../base/rng.ts'
import type { MirrorPolicy, Plan } from '../../model/plan.ts'
import type { Profile } from '../../model/profile.ts'
import type { RecordEvent } from '../../model/record.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { SimLog } from './log.ts'
import type { Timeline } from './timeline.ts'
import type { Wire } from './wire.ts'

/** What a mirror needs from around it. */
export type MirrorSetting = {
  timeline: Timeline
  rng: Rng
  wire: Wire
  from: RegionName
  to: RegionName
  topics: readonly string[]
  source: SimLog
  target: SimLog
  profile: Profile['mirror']
  delivery: Plan['mirror']['delivery']
  flushUs: Us
  policy?: MirrorPolicy
  dim: number
  emit: (event: RecordEvent) => void
}
