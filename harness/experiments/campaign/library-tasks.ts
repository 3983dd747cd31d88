import { join } from 'node:path'
import { UsageError } from '../../model/errors.ts'
import { pointsOf } from '../../pipeline/plan.ts'
import type { SetVariables } from '../../scenario/yaml/variables.ts'
import type { ScenarioFile } from './scenario-files.ts'
import { nameOfFile, type Task } from './task.ts'

export type LibraryFlags = {
  seed?: number
  /** Values of variables, in the place of what the scenarios give. */
  set?: SetVariables
  /** Another system than each scenario's own. */
  system?: string
  /** Each also on the other systems it names. */
  all?: boolean
  quick?: boolean
  expect?: boolean
  /** Keep all runs with their reports. */
  reports?: boolean
  /** Tell of each all that was judged, for CI servers. */
  suites?: boolean
}

/** The runs of a library, those that take longest first, and the scenarios that are left out. */
export type LibraryTasks = { tasks: Task[]; onServersOnly: string[] }

/** Throws UsageError where nothing is left to run. */
export function libraryTasks(
  files: readonly ScenarioFile[],
  base: string,
  flags: LibraryFlags,
): LibraryTasks {
  const here = files.filter(({ inSimulator }) => inSimulator)
  const onServersOnly = files.filter(({ inSimulator }) => !inSimulator).map(({ file }) => file)
  if (here.length === 0)
    throw new UsageError(
      `all ${files.length} scenarios run on real servers only. Run them one by one: faultline run FILE --world containers`,
    )
  const wanted = flags.quick ? here.filter(({ quick }) => quick) : here
  if (wanted.length === 0)
    throw new UsageError('none of these scenarios says `quick: true`, so --quick leaves nothing.')
  const sorted = [...wanted].sort((a, b) => b.size - a.size)
  return { tasks: sorted.flatMap((file) => tasksOf(file, base, flags)), onServersOnly }
}

function tasksOf({ file, systems }: ScenarioFile, base: string, flags: LibraryFlags): Task[] {
  const { seed, system, set } = flags
  const shared = {
    file,
    ...(set !== undefined && { set }),
    ...(seed !== undefined && { seed }),
    keep: flags.reports ? ('all' as const) : ('odd' as const),
    expecting: flags.expect === true,
    figures: true,
    ...(flags.suites && { suite: true }),
  }
  const on = flags.all ? [undefined, ...systems] : [system]
  return on.flatMap((kind): Task[] => {
    const name = join(base, `${nameOfFile(file)}${kind === undefined ? '' : `-${kind}`}`)
    const task = { ...shared, ...(kind !== undefined && { system: kind }), directory: name }
    const points = kind === undefined ? pointsIn(file, set) : []
    if (points.length === 0) return [task]
    return points.map((point) => ({ ...task, point, directory: join(name, `point-${point}`) }))
  })
}

/** A scenario that cannot be read has none: the run says what is wrong with it. */
function pointsIn(file: string, set: SetVariables | undefined): number[] {
  try {
    return pointsOf(file, set).map(({ number }) => number)
  } catch {
    return []
  }
}
