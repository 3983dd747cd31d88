import type { PointId, WriteId } from '../../model/point.ts'
import { MS, SECOND, type Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { Consistency, ReadableStore } from '../../ports/store.ts'
import { pause } from './host-clock.ts'

type VisibilitySetting = {
  store: Pick<ReadableStore, 'fetch'>
  /** The true clock. */
  now(): Us
  /** `tUs`: when an answer first showed this version, or one acknowledged after it. */
  onVisible(write: WriteId, id: PointId, tUs: Us): void
  /** Anything but a refused or late call is a bug, and must end the run. */
  onBroken(error: unknown): void
  /** Between the starts of two strong reads, and of two polls; default 25 ms. */
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
/** Versions of one id not seen yet, oldest first. */
type Waiting = {
  versions: Version[]
  /** Strong reads under way that ask for it. */
  asked: number
  /** When it was last polled. */
  lookedUs: Us
}

/**
 * Watches from when on versions act on a store's searches. Acknowledged is not yet searchable. A strong read is answered
 * when the store has caught up with the moment it was asked: one for each version says when it is searchable, and costs
 * the servers less than to ask again and again. What such a read does not show, or does not answer, is polled by bounded
 * reads, which show what a bounded search sees. Asks only while something is waited for.
 */
export class VisibilityWatch {
  private readonly waiting = new Map<PointId, Waiting>()
  /** Ids with a version that no read has asked for yet. */
  private readonly fresh = new Set<PointId>()
  private asking = false
  private polling = false
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
    else this.waiting.set(id, { versions: [version], asked: 0, lookedUs: 0 })
    this.fresh.add(id)
    if (this.asking) return
    this.asking = true
    this.askAll().catch(this.setting.onBroken)
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
    this.fresh.clear()
  }

  private async askAll(): Promise<void> {
    while (this.fresh.size > 0) {
      const started = this.setting.now()
      const ids = [...this.fresh]
      this.fresh.clear()
      // Not waited for: the answer takes up to a tick of the store, and what is noted meanwhile has a read of its own.
      for (let at = 0; at < ids.length; at += CHUNK)
        this.ask(ids.slice(at, at + CHUNK)).catch(this.setting.onBroken)
      await this.untilNext(started)
    }
    this.asking = false
  }

  private async ask(ids: readonly PointId[]): Promise<void> {
    const asked = ids.flatMap((id) => this.waiting.get(id) ?? [])
    for (const waiting of asked) waiting.asked++
    await this.look(ids, 'strong')
    for (const waiting of asked) waiting.asked--
    if (this.polling || this.closed) return
    this.polling = true
    await this.pollUntilAllSeen()
    this.polling = false
  }

  /** Until nothing is left but what a strong read is under way for, or will be. */
  private async pollUntilAllSeen(): Promise<void> {
    const { now } = this.setting
    for (;;) {
      const started = now()
      const doubtful = [...this.waiting].filter(
        ([id, { asked }]) => asked === 0 && !this.fresh.has(id),
      )
      if (doubtful.length === 0) return
      const due = doubtful.filter(([, waiting]) => isDue(waiting, started))
      for (const [, waiting] of due) waiting.lookedUs = started
      const ids = due.map(([id]) => id)
      for (let at = 0; at < ids.length; at += CHUNK)
        await this.look(ids.slice(at, at + CHUNK), 'bounded')
      await this.untilNext(started)
    }
  }

  private untilNext(startedUs: Us): Promise<void> {
    const { now, everyMs = EVERY_MS } = this.setting
    return pause(Math.max(MS, startedUs + everyMs * MS - now()))
  }

  /** One query; one that fails shows nothing. */
  private async look(ids: readonly PointId[], consistency: Consistency): Promise<void> {
    try {
      const call = { op: 0, deadlineUs: LOOK_DEADLINE_US }
      const found = await this.setting.store.fetch(ids, consistency, call)
      const t = this.setting.now()
      for (const { id, write } of found) this.seen(id, write, t)
    } catch (error) {
      if (!(error instanceof CallError)) throw error
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
