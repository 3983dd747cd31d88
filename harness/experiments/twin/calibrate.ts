import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readHistory } from '../../analysis/facts/history.ts'
import { UsageError } from '../../model/errors.ts'
import type { ProfileRow } from '../../model/profile.ts'
import type { ForeignLoad } from '../../pipeline/cpu-time.ts'
import type { Environment } from '../../pipeline/environment.ts'
import { readDirect } from './calibration.ts'
import { withRows } from './profile-file.ts'
import { type FitBy, measuredRows } from './profile-values.ts'
import { recordTimes } from './record-times.ts'
import { profileFile } from './shipped-profiles.ts'

/** A profile with the values that a calibration measured; all others are those of the profile it began from. */
export type Calibrated = { text: string; rows: ProfileRow[]; kept: ProfileRow[] }

/** Reads a profile off the run directory of a calibration. Throws a UsageError if it is none. */
export function calibratedProfile(path: string, by: FitBy): Calibrated {
  const direct = directOf(path)
  const history = readHistory(join(path, 'record.jsonl'))
  const { profile, servers } = history.plan
  const rows = measuredRows(
    {
      direct: direct.times,
      record: recordTimes(history),
      where: {
        calls: whereOf(path, direct.servers, direct.foreign.calls),
        run: whereOf(path, direct.servers, direct.foreign.run),
      },
      tickUs: servers.tickUs,
      workers: profile.store.workers,
    },
    by,
  )
  const text = withRows(readFileSync(profileFile(profile.name), 'utf8'), rows)
  const kept = profile.rows.filter(({ key }) => !rows.some((row) => row.key === key))
  return { text, rows, kept }
}

function directOf(path: string) {
  try {
    return readDirect(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new UsageError(
      `${path} is no calibration: it has no direct.json. Give the folder that faultline calibrate made.`,
    )
  }
}

/** Date, images, cores, and what others took of them. */
function whereOf(path: string, servers: readonly string[], load: ForeignLoad | undefined): string {
  const file = join(path, 'environment.json')
  const { startedAt, cores }: Environment = JSON.parse(readFileSync(file, 'utf8'))
  const names = servers.filter((image) => /milvus|kafka/.test(image))
  const others = load
    ? `others took ${Math.round(load.mean * 100)} % of them`
    : 'what others took of them is not known'
  return `${startedAt.slice(0, 10)}, ${names.join(', ')}, ${cores} cores, ${others}`
}
