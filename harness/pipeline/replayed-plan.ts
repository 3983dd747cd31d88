import { UsageError } from '../cli/exit.ts'
import type { Plan } from '../model/plan.ts'
import { isReplay, ReplayError, readReplay } from '../record/replay.ts'
import type { Overrides } from '../scenario/load.ts'
import { didYouMean } from '../scenario/yaml/spelling.ts'
import { systems } from './catalogue.ts'
import { faultlineVersion } from './environment.ts'

/** The plan of a replay file. Everything is decided in it: what is said beside it must say the same. */
export function replayedPlan(file: string, { seed, world, system }: Overrides): Plan {
  const { plan } = readReplay(file)
  const kind = plan.system.kind
  if (!Object.hasOwn(systems, kind))
    throw new ReplayError(
      file,
      `this Faultline has no system "${kind}". ${didYouMean(kind, Object.keys(systems), 'systems')}`,
    )
  const others = [
    ...(seed !== undefined && seed !== plan.seed ? [`--seed ${seed}`] : []),
    ...(world !== undefined && world !== 'sim' ? [`--world ${world}`] : []),
    ...(system !== undefined && system !== kind ? [`--system ${system}`] : []),
  ]
  if (others.length > 0)
    throw new UsageError(
      `${file} is a replay file, in which everything is decided: ${others.join(' ')} would make another run of it. ` +
        `Run the scenario instead: faultline run ${plan.file} ${others.join(' ')}`,
    )
  return plan
}

/** Said before a run that may not be the one it is meant to repeat; null where there is nothing to say. */
export function versionNote(file: string): string | null {
  if (!isReplay(file)) return null
  const { faultline } = readReplay(file)
  if (faultline === faultlineVersion) return null
  return `${file} was written by Faultline ${faultline}, this is ${faultlineVersion}: the run may be another.`
}
