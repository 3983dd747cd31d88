import type { Profile } from '../../model/profile.ts'
import { markdownTable } from '../../text/table.ts'
import { needsReason } from './main-errors.ts'
import { medianText, worstText } from './wording.ts'

/** Why a metric of a profile is off, as people wrote it: by profile, then by the metric's name. */
export type Reasons = Readonly<Record<string, Readonly<Record<string, string>>>>

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
