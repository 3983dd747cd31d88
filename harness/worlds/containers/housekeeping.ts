import type { RecordEvent } from '../../model/record.ts'
import { type RegionName, SECOND, type Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import { pause } from '../adapters/host-clock.ts'

/** How often the servers' own figures are read, and bytes per link: each reading starts a process. */
const EVERY_US: Us = 5 * SECOND

export type Figure = { region: RegionName; figure: string; value: number }

export type Housekeeping = {
  now(): Us
  emit(event: RecordEvent): void
  /** Bytes sent so far by directed link `a>b`, or why this host does not let us count: then no line has them. */
  bytes(): Promise<Map<string, number>> | string
  figures(): Promise<Figure[]>
}

/** Counts and reads beside the run, until it is closed. */
export class Housekeeper {
  private closed = false
  private readonly sent = new Map<string, number>()

  constructor(private readonly setting: Housekeeping) {}

  async run(): Promise<void> {
    await Promise.all([
      this.every(EVERY_US, () => this.noteBytes()),
      this.every(EVERY_US, () => this.noteFigures()),
    ])
  }

  close(): void {
    this.closed = true
  }

  async noteBytes(): Promise<void> {
    const { now, emit, bytes } = this.setting
    const counted = await bytes()
    if (typeof counted === 'string') return
    for (const [link, total] of counted) {
      const before = this.sent.get(link) ?? 0
      this.sent.set(link, total)
      const [from, to] = link.split('>') as [string, string]
      if (total > before) emit({ type: 'link.bytes', t: now(), from, to, bytes: total - before })
    }
  }

  private async noteFigures(): Promise<void> {
    const { now, emit, figures } = this.setting
    try {
      for (const figure of await figures()) emit({ type: 'figure', t: now(), ...figure })
    } catch (error) {
      // A server that is down says nothing of itself: its line is missing, which is the truth.
      if (!(error instanceof CallError)) throw error
    }
  }

  private async every(us: Us, work: () => Promise<void>): Promise<void> {
    while (!this.closed) {
      await work()
      await pause(us)
    }
  }
}
