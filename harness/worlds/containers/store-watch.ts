import type { RecordEvent } from '../../model/record.ts'
import { MS, type RegionName, SECOND, type Us } from '../../model/units.ts'
import { pause } from '../adapters/host-clock.ts'

const EVERY_US: Us = 250 * MS

export type StoreWatching = {
  now(): Us
  emit(event: RecordEvent): void
  /** Whether the server's port answers at all. */
  answers(region: RegionName): Promise<boolean>
  /** Whether a strong read finds the sentinel. */
  knownRow(region: RegionName, deadlineUs: Us): Promise<boolean>
  over(): boolean
}

/**
 * Watches a store that was started again: *up* when it answers, *loaded* when it finds what it has held all along.
 * What it does not find in between is not absent.
 */
export async function watchRestart(
  { now, emit, answers, knownRow, over }: StoreWatching,
  region: RegionName,
): Promise<void> {
  const until = async (holds: () => Promise<boolean>) => {
    while (!over()) {
      if (await holds()) return true
      await pause(EVERY_US)
    }
    return false
  }
  if (!(await until(() => answers(region)))) return
  emit({ type: 'store', t: now(), region, what: 'up' })
  emit({ type: 'store', t: now(), region, what: 'unloaded' })
  if (await until(() => knownRow(region, SECOND)))
    emit({ type: 'store', t: now(), region, what: 'loaded' })
}
