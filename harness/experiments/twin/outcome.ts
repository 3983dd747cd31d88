import type { Analysis } from '../../model/finding.ts'
import type { Profile, TwinRun } from '../../model/profile.ts'
import type { ForeignLoad } from '../../pipeline/cpu-time.ts'
import type { Comparison } from './comparison.ts'

/** One plan in both worlds, and how far they are apart. */
export type Twin = {
  directory: string
  run: TwinRun
  profile: Profile
  comparison: Comparison
  /** What other processes took during the real run; undefined where the machine does not tell. */
  foreign?: ForeignLoad
  real: Analysis
  simulated: Analysis
}
