import type { PointId, WriteId } from '../../model/point.ts'
import { MS, SECOND, type Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { ReadableStore } from '../../ports/store.ts'
import { pause } from './host-clock.ts'

type VisibilitySetting = {
  store: Pick<ReadableStore, 'fetch'>
  /** The true clock. */
  now(): Us
  /** `tUs`: when an answer first showed this version, or one acknowledged after it. */
  onVisible(write: WriteId, id: PointId, tUs: Us): void
  /** Anything but a refused or late call is a bug, and must end the run. */
  onBroken(error: unknown): void
  /** Between the starts of two looks; default 25 ms. */
  everyMs?: number
}

const EVERY_MS = 25
const LOOK_DEADLINE_US: Us = SECOND
/** Ids asked for in one query. */
const CHUNK = 1_000
/** A version still unseen after this long is looked for once a second: its successor may never be acknowledged. */
const PATIENT_AFTER_US: Us = 10 * SECOND
const PATIENT_EVERY_US: Us = SECOND

type Version = { write: WriteId; sinceUs: Us }
/** Versions of one id not seen yet, oldest first, and when they were last looked for. */
type Waiting = { versions: Version[]; lookedUs: Us }

/**
 * Watches from when on versions act on a store's searches. Acknowledged is not yet searchable: a bounded read shows
 * what a bounded search sees. Looks only while something is waited for.
 */
export class VisibilityWatch {
  private readonly waiting = new Map<PointId, Waiting>()
  private looking = false
  private closed = false

  private readonly setting: VisibilitySetting

  constructor(setting: VisibilitySetting) {
    this.setting = setting
  }

  /** The store has acknowledged this version; versions of one id in the order of their acknowledgement. */
  note(write: WriteId, id: PointId): void {
    if (this.closed) return
    const version = { write, sinceUs: this.setting.now() }
    const before = this.waiting.get(id)
    if (before) before.versions.push(version)
    else this.waiting.set(id, { versions: [version], lookedUs: 0 })
    if (this.looking) return
    this.looking = true
    this.lookUntilAllSeen().catch(this.setting.onBroken)
  }

  /** Versions not seen yet. */
  get pending(): number {
    let count = 0
    for (const { versions } of this.waiting.values()) count += versions.length
    return count
  }

  /** Stops looking; what is not seen by now is not reported. */
  close(): void {
    this.closed = true
    this.waiting.clear()
  }

  private async lookUntilAllSeen(): Promise<void> {
    const { now, everyMs = EVERY_MS } = this.setting
    while (this.waiting.size > 0) {
      const started = now()
      const due = [...this.waiting].filter(([, waiting]) => isDue(waiting, started))
      for (const [, waiting] of due) waiting.lookedUs = started
      await this.look(due.map(([id]) => id))
      await pause(Math.max(MS, started + everyMs * MS - now()))
    }
    this.looking = false
  }

  /** One query for each chunk; a query that fails is asked again with the next look. */
  private async look(ids: readonly PointId[]): Promise<void> {
    for (let at = 0; at < ids.length; at += CHUNK) {
      try {
        const call = { op: 0, deadlineUs: LOOK_DEADLINE_US }
        const found = await this.setting.store.fetch(ids.slice(at, at + CHUNK), 'bounded', call)
        const t = this.setting.now()
        for (const { id, write } of found) this.seen(id, write, t)
      } catch (error) {
        if (!(error instanceof CallError)) throw error
      }
    }
  }

  private seen(id: PointId, write: WriteId, t: Us): void {
    const versions = this.waiting.get(id)?.versions
    if (!versions) return
    const last = versions.findLastIndex((version) => version.write === write)
    const acting = versions.splice(0, last + 1)
    if (versions.length === 0) this.waiting.delete(id)
    for (const version of acting) this.setting.onVisible(version.write, id, t)
  }
}

function isDue({ versions, lookedUs }: Waiting, nowUs: Us): boolean {
  const youngest = versions.at(-1) as Version
  if (nowUs - youngest.sinceUs <= PATIENT_AFTER_US) return true
  return nowUs - lookedUs >= PATIENT_EVERY_US
}
