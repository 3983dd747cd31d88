import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EnvironmentError } from '../../../model/errors.ts'
import { SECOND } from '../../../model/units.ts'
import { within } from '../../adapters/host-clock.ts'
import type { ContainerLog } from './container-log.ts'

import { type Engine, startError } from './placed-container.ts'
import { clockFile } from './server-settings.ts'
import type { Container } from './setting.ts'

const WITHIN_US = 30 * SECOND

/** Docker answers this where things already are as asked. */
const NOT_MODIFIED = 304

/** One server's container, as faults use it. */
export class ServerContainer implements Container {
  private kills = 0

  private readonly engine: Engine
  readonly name: string
  readonly log: ContainerLog
  /** Folder on this host in which a broker's clock is set; null where it runs under the real clock. */
  private readonly clock: string | null

  constructor(engine: Engine, name: string, log: ContainerLog, clock: string | null) {
    this.engine = engine
    this.name = name
    this.log = log
    this.clock = clock
  }

  async kill(): Promise<void> {
    const container = this.engine.getContainer(this.name)
    this.kills++
    const gone = container.wait()
    gone.catch(() => {})
    await this.asked('be killed', container.kill({ signal: 'SIGKILL' }))
    await this.asked('end after SIGKILL', gone)
  }

  async start(): Promise<void> {
    const since = Date.now()
    try {
      await within(WITHIN_US, this.engine.getContainer(this.name).start(), () => this.late('start'))
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode === NOT_MODIFIED) return
      throw startError(this.name, error)
    }
    await this.log.follow(since)
  }

  async pause(): Promise<void> {
    await this.asked('be paused', this.engine.getContainer(this.name).pause())
  }

  async unpause(): Promise<void> {
    try {
      await this.asked('be unpaused', this.engine.getContainer(this.name).unpause())
    } catch (error) {
      if ((await this.endedHow()) === null) throw error
    }
  }

  async end(): Promise<string | null> {
    const { kills } = this
    await this.engine.getContainer(this.name).wait()
    return this.kills === kills ? this.endedHow() : null
  }

  logTail(lines: number): Promise<string> {
    return within(WITHIN_US, this.log.tail(lines), () => this.late('give its log'))
  }

  async setClock(offsetMs: number): Promise<void> {
    if (!this.clock) throw new Error(`${this.name} was not started under libfaketime`)
    await writeClock(this.clock, offsetMs)
  }

  /** "exited with code 134"; null while it runs. */
  async endedHow(): Promise<string | null> {
    const { State } = await within(WITHIN_US, this.engine.getContainer(this.name).inspect(), () =>
      this.late('be inspected'),
    )
    if (State.Running) return null
    return `exited with code ${State.ExitCode}${State.OOMKilled ? ', out of memory' : ''}`
  }

  private async asked(what: string, work: Promise<unknown>): Promise<void> {
    try {
      await within(WITHIN_US, work, () => this.late(what))
    } catch (error) {
      if (error instanceof EnvironmentError) throw error
      throw new EnvironmentError(
        `Container ${this.name} could not ${what} (${(error as Error).message}). ` +
          `Try: docker inspect ${this.name}; its log: ${this.log.file}`,
      )
    }
  }

  private late(what: string): EnvironmentError {
    return new EnvironmentError(
      `Docker did not make container ${this.name} ${what} within ${WITHIN_US / SECOND} s. ` +
        'Try: docker ps; does the daemon answer?',
    )
  }
}

/** Replaced in one step: libfaketime reads the file at every look at the clock. */
export async function writeClock(folder: string, offsetMs: number): Promise<void> {
  const file = join(folder, clockFile)
  await writeFile(`${file}.new`, `${offsetMs < 0 ? '-' : '+'}${Math.abs(offsetMs) / 1000}\n`)
  await rename(`${file}.new`, file)
}
