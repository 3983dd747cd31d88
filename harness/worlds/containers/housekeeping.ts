import type { RecordEvent } from '../../model/record.ts'
import { type RegionName, SECOND, type Us } from '../../model/units.ts'
import { pause } from '../adapters/host-clock.ts'

/** How often bytes per link are read, which starts a process, and each of the servers' own figures. */
const EVERY_US: Us = 5 * SECOND
const FIGURES_EVERY_US: Us = 10 * SECOND

export type Figure = { region: RegionName; figure: string; value: number }

type Housekeeping = {
  now(): Us
  emit(event: RecordEvent): void
  /** Bytes sent so far by directed link `a>b`, or why this host does not let us count: then no line has them. */
  bytes(): Promise<Map<string, number>> | string
  /** Each asks one server one thing. They are asked one after another: together they would hold up the load. */
  figures: readonly (() => Promise<Figure[]>)[]
}

/** Counts and reads beside the run, until it is closed. */
export class Housekeeper {
  private closed = false
  private readonly sent = new Map<string, number>()

  private readonly setting: Housekeeping

  constructor(setting: Housekeeping) {
    this.setting = setting
  }

  async run(): Promise<void> {
    await Promise.all([this.every(EVERY_US, () => this.noteBytes()), this.askInTurn()])
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

  private async askInTurn(): Promise<void> {
    const { figures } = this.setting
    for (let turn = 0; !this.closed && figures.length > 0; turn++) {
      await this.noteFigures(figures[turn % figures.length] as () => Promise<Figure[]>)
      await pause(FIGURES_EVERY_US / figures.length)
    }
  }

  private async noteFigures(ask: () => Promise<Figure[]>): Promise<void> {
    const { now, emit } = this.setting
    // A server that does not answer says nothing of itself: its lines are missing, which is the truth.
    const figures = await ask().catch(() => [])
    for (const figure of figures) emit({ type: 'figure', t: now(), ...figure })
  }

  private async every(us: Us, work: () => Promise<void>): Promise<void> {
    while (!this.closed) {
      await work()
      await pause(us)
    }
  }
}
