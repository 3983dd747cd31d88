import { toJson } from '../../base/json.ts'
import { faultlineVersion } from '../../pipeline/version.ts'
import type { ComparedRow, ComparedVerdict } from './comparison.ts'
import { type Comparison, methodText } from './outcome.ts'
import type { Side } from './side.ts'
import { ratioOf } from './wording.ts'

/** compare.json: all that was compared, in the order of the metrics. Values in the unit of their metric, times in µs. */
export function compareJson(comparison: Comparison): string {
  const { a, b, rows, verdict, because, exitCode, refused, least, matching, pairs, differ } =
    comparison
  return toJson(
    {
      ...{ format: 1, faultline: faultlineVersion, verdict, exitCode, because },
      ...(refused !== undefined && { refused }),
      ...{ a: sideJson(a), b: sideJson(b), matching, pairs, least, differ },
      ...{ method: methodText(comparison), compared: rows.length, counts: countsOf(rows) },
      rows: rows.map(({ at, ...row }) => ({ ...row, ...at, ratio: ratioOf(row) })),
    },
    2,
  )
}

const sideJson = ({ path, runs }: Side) => ({
  path,
  runs: runs.map(({ directory, plan, verdict, because, blind, starved }) => ({
    ...{ directory, seed: plan.seed, verdict, because },
    ...(blind !== undefined && { blind }),
    ...(starved !== undefined && { starved }),
  })),
})

function countsOf(rows: readonly ComparedRow[]): Partial<Record<ComparedVerdict, number>> {
  const counts: Partial<Record<ComparedVerdict, number>> = {}
  for (const { verdict } of rows) counts[verdict] = (counts[verdict] ?? 0) + 1
  return counts
}
