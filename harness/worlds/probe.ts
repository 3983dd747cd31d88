import { BASE_STAMP, type Change, NO_ROW } from '../model/point.ts'
import type { RegionName } from '../model/units.ts'
import { CallError } from '../ports/errors.ts'

/** A probe that nobody answered is a result, not an error. */
export async function answerOr<T, U>(asked: Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof CallError) return otherwise
    throw error
  }
}

/** What a probe leaves in a log: a change under an id below that of the sentinel. */
export const probeChange = (id: number, origin: RegionName): Change => ({
  id,
  row: NO_ROW,
  write: 0,
  stamp: BASE_STAMP,
  deleted: true,
  origin,
})
