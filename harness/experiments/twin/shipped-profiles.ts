import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Profile, TwinRun } from '../../model/profile.ts'
import { known } from '../../pipeline/catalogue.ts'
import { readProfile } from '../../scenario/parts/profile.ts'
import { formatProblem } from '../../scenario/yaml/problem.ts'
import { markdownTable } from '../../text/table.ts'
import { needsReason } from './main-errors.ts'
import { withTwin } from './profile-file.ts'
import { medianText, worstText } from './wording.ts'

const folder = fileURLToPath(new URL('../../../fixtures/profiles/', import.meta.url))
const REASONS = 'twin-reasons'
const readmeFile = `${folder}README.md`

export const profileFile = (name: string): string => `${folder}${name}.yaml`

/** Every profile that ships. Throws with all that is wrong with one. */
export function shippedProfiles(): Profile[] {
  return Object.entries(known().profiles)
    .filter(([name]) => name !== REASONS)
    .map(([name, source]) => {
      const result = readProfile(name, source, null)
      if ('profile' in result) return result.profile
      throw new Error(result.problems.map(formatProblem).join('\n'))
    })
}

const reasonsSchema = z.record(z.string(), z.record(z.string(), z.string().min(1)))

/** What people wrote of errors: fixtures/profiles/twin-reasons.yaml. */
export const shippedReasons = (): Reasons =>
  reasonsSchema.parse(parse(readFileSync(profileFile(REASONS), 'utf8')) ?? {})

/** fixtures/profiles/README.md as it is, and as the profiles and reasons say it must be. */
export function readme(): { is: string; mustBe: string } {
  const is = readFileSync(readmeFile, 'utf8')
  return { is, mustBe: withErrorTables(is, shippedProfiles(), shippedReasons()) }
}

/**
 * Puts a comparison into its profile's file, in the place of an earlier one of the same scenario, and makes the tables
 * of the README anew. Gives what still lacks a reason.
 */
export function writeShipped({ name, rows, twin = [] }: Profile, run: TwinRun): string[] {
  const runs = [...twin.filter(({ scenario }) => scenario !== run.scenario), run]
  runs.sort((a, b) => (a.scenario < b.scenario ? -1 : 1))
  const file = profileFile(name)
  writeFileSync(file, withTwin(readFileSync(file, 'utf8'), rows, runs))
  writeFileSync(readmeFile, readme().mustBe)
  return unexplained(shippedProfiles(), shippedReasons())
}

/** Why a metric of a profile is off, as people wrote it: by profile, then by the metric's name. */
type Reasons = Readonly<Record<string, Readonly<Record<string, string>>>>

const BEGIN = '<!-- twin: made by `faultline twin FILE --write`, do not edit -->'
const END = '<!-- twin: end -->'

/** The README's text with its tables of errors made anew. Throws if it has no place for them. */
export function withErrorTables(
  readme: string,
  profiles: readonly Profile[],
  reasons: Reasons,
): string {
  const [from, to] = [readme.indexOf(BEGIN), readme.indexOf(END)]
  if (from < 0 || to < from)
    throw new Error(`the README of the profiles lacks "${BEGIN}" followed by "${END}"`)
  return `${readme.slice(0, from)}${BEGIN}\n\n${errorTables(profiles, reasons)}\n\n${readme.slice(to)}`
}

/** A table for each profile and scenario that were compared with real servers. */
function errorTables(profiles: readonly Profile[], reasons: Reasons): string {
  const parts = profiles.flatMap((profile) =>
    (profile.twin ?? []).map((run) => {
      const { scenario, seed, date, faultline, servers, machine, errors } = run
      const rows = errors.map((error) => [
        error.metric,
        medianText(error),
        error.small ? `${worstText(error)} (too small to compare)` : worstText(error),
        error.at,
        String(error.cells),
        needsReason(error)
          ? (reasonFor(profile.name, error.metric, reasons) ?? 'not known yet')
          : '',
      ])
      const head = `### ${profile.name}: ${scenario}\n\nSeed ${seed}, ${date}, Faultline ${faultline}, ${servers}, on ${machine}.`
      return `${head}\n\n${markdownTable(['metric', 'median', 'worst', 'where', 'cells', 'why'], rows)}`
    }),
  )
  return parts.length === 0 ? 'Nothing has been compared yet.' : parts.join('\n\n')
}

const reasonFor = (profile: string, metric: string, reasons: Reasons): string | undefined =>
  reasons[profile]?.[metric]

/** Metrics that are off by more than 20 % and nobody has said why, as `profile: metric`. */
export const unexplained = (profiles: readonly Profile[], reasons: Reasons): string[] => [
  ...new Set(
    profiles.flatMap(({ name, twin = [] }) =>
      twin
        .flatMap(({ errors }) => errors.filter(needsReason))
        .filter(({ metric }) => reasonFor(name, metric, reasons) === undefined)
        .map(({ metric }) => `${name}: ${metric}`),
    ),
  ),
]
