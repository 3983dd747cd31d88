import { exitCodes } from '../../analysis/limits/judge.ts'
import { UsageError } from '../../model/errors.ts'
import type { Sla, SlaLevel, SlaReason } from '../../model/sla.ts'
import { faultlineVersion } from '../../pipeline/version.ts'
import { counted } from '../../text/value.ts'
import { type ReadRun, readRun, serviceLevelsOf } from './read-run.ts'
import { reasonsOf } from './reasons.ts'
import { runFolders } from './run-folders.ts'
import { fitOf, groupsOf, levelOf, sampleOf } from './sample.ts'
import { untestedBy } from './untested.ts'

export type SigningOff = {
  /** Names of profiles; none: all there are. */
  profiles: readonly string[]
  command: string
  madeAt: string
  /** Runs that were asked for and are not there, because somebody broke off. */
  notMade: readonly string[]
}

/**
 * Holds all runs at or below `paths` against the profiles of their scenarios. Runs of one plan are pooled, others stand
 * apart. Throws a UsageError where there is no run, or none has such a profile.
 */
export function signOff(paths: readonly string[], options: SigningOff): Sla {
  const { profiles, command, madeAt, notMade } = options
  const all = runFolders(paths).map((directory) => readRun(directory, profiles))
  const { runs, notes } = once(all)
  const names = [...new Set(runs.flatMap(({ levels }) => levels.map(({ level }) => level.name)))]
  checkNames(runs, profiles, names)
  const levels = names.map((name) => levelFrom(runs, name, { notes, notMade }))
  return {
    ...{ format: 1, faultline: faultlineVersion, madeAt, command, levels },
    exitCode: exitCodeOf(levels.flatMap(({ reasons }) => reasons)),
  }
}

/** The same record twice is one run, and so is one plan with one seed in the simulator: neither is more evidence. */
function once(all: readonly ReadRun[]): { runs: ReadRun[]; notes: string[] } {
  const notes: string[] = []
  const runs: ReadRun[] = []
  for (const one of all) {
    const same = runs.find((other) => isSame(one, other))
    if (!same) runs.push(one)
    else
      notes.push(`${one.run.directory} is the same run as ${same.run.directory}: it counts once.`)
  }
  return { runs, notes }
}

function isSame(one: ReadRun, other: ReadRun): boolean {
  if (one.run.sha256 === other.run.sha256) return true
  const fit = one.run.unfit === undefined && other.run.unfit === undefined
  return fit && one.plan.world === 'sim' && JSON.stringify(one.plan) === JSON.stringify(other.plan)
}

function checkNames(
  runs: readonly ReadRun[],
  wanted: readonly string[],
  names: readonly string[],
): void {
  const [first] = runs as [ReadRun]
  const known = [
    ...new Set(runs.flatMap(({ plan }) => serviceLevelsOf(plan).map(({ name }) => name))),
  ]
  const stranger = wanted.find((name) => !names.includes(name))
  if (stranger !== undefined)
    throw new UsageError(
      `no run has a profile "${stranger}". Profiles here: ${known.join(', ') || 'none'}.`,
    )
  if (names.length === 0)
    throw new UsageError(
      `${first.plan.file} has neither profiles: nor limits:, so there is nothing to sign. Write profiles: { gold: { limits: [{ metric: availability, min: 99% }] } }.`,
    )
}

function levelFrom(
  runs: readonly ReadRun[],
  name: string,
  { notes, notMade }: { notes: readonly string[]; notMade: readonly string[] },
): SlaLevel {
  const groups = groupsOf(runs, name)
  const told = groups.map((group) => ({ group, sample: sampleOf(group, name, groups) }))
  const [first] = groups[0] as [ReadRun]
  const level = levelOf(first, name)?.level
  const { title = name, owner = null, windowUs = 0 } = level ?? {}
  return {
    ...{ name, title, owner, windowUs },
    reasons: [
      ...notMadeReason(notMade),
      ...told.flatMap(({ group, sample }) => reasonsOf(sample, group)),
    ],
    samples: told.map(({ sample }) => sample),
    untested: untestedBy(told.map(({ group, sample }) => ({ sample, fit: fitOf(group) }))),
    notes: [...notes, ...otherNotes(groups, name)],
  }
}

function notMadeReason(notMade: readonly string[]): SlaReason[] {
  if (notMade.length === 0) return []
  const what = `${counted(notMade.length, 'run')} of those asked for ${notMade.length === 1 ? 'was' : 'were'} not made: ${notMade.join(', ')}.`
  return [{ kind: 'interrupted', what, wayOut: 'Give the same command again.' }]
}

/** What a reader would not expect of one profile: two definitions, several makes of Faultline or of the servers. */
function otherNotes(groups: readonly ReadRun[][], name: string): string[] {
  const runs = groups.flat()
  const heads = new Set(
    runs.map((run) => {
      const { title, owner } = levelOf(run, name)?.level ?? {}
      return `"${title}"${owner ? ` of ${owner}` : ''}`
    }),
  )
  const differ = (what: string, values: readonly string[]): string[] => {
    const different = [...new Set(values)]
    return different.length > 1 ? [`The runs are of ${what} ${different.join(' and ')}.`] : []
  }
  return [
    ...(heads.size > 1 ? [`Scenarios call this profile ${[...heads].join(' and ')}.`] : []),
    ...differ(
      'Faultline',
      runs.map(({ run }) => run.faultline),
    ),
    ...differ(
      'commits',
      runs.map(({ run }) => run.commit),
    ),
    ...differ(
      'images',
      runs.flatMap(({ run }) => (run.images.length > 0 ? [run.images.join(', ')] : [])),
    ),
  ]
}

/** As one run chooses among its reasons; what sound runs show to be broken is known in spite of others that are not. */
function exitCodeOf(reasons: readonly SlaReason[]): number {
  const codes = [
    ['interrupted', exitCodes.interrupted],
    ['environment', exitCodes.environment],
    ['promise', exitCodes.correctness],
    ['broken', exitCodes.limit],
    ['open', exitCodes.unknown],
  ] as const
  return codes.find(([kind]) => reasons.some((one) => one.kind === kind))?.[1] ?? exitCodes.pass
}
