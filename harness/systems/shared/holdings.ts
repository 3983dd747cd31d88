import { MS, type RegionName, SECOND, type Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { Call } from '../../ports/store.ts'
import type { Stop, Terrain } from '../../ports/system.ts'
import { loaded } from './loaded.ts'

/** The message by which regions ask each other whether they have their data; the reply body is a boolean. */
const HOLDINGS = 'holdings'
const CALL: Call = { op: 0, deadlineUs: 10 * SECOND }
const ASK_DEADLINE_US: Us = 2 * SECOND
const RETRY_US: Us = 500 * MS

/** Where an agent keeps that its store once had all its data. */
export const COMPLETE = 'holdings complete'
const REFILLING = 'holdings refilling'

/**
 * Whether this region has the data it is to hold. A crash keeps disks; a loss does not: the store is empty then, and
 * nothing the agent kept says that it ever was full. Until that is known nothing may be written to the store, since a
 * store with one late change in it looks like one that was never lost.
 */
export class Holdings {
  private readonly known: Promise<void>
  private tell = () => {}

  private readonly terrain: Terrain
  private state: 'unknown' | 'missing' | 'complete' | 'stored'

  private constructor(terrain: Terrain, state: 'unknown' | 'missing' | 'complete' | 'stored') {
    this.terrain = terrain
    this.state = state
    this.known = new Promise((resolve) => {
      this.tell = resolve
    })
  }

  static async open(terrain: Terrain): Promise<Holdings> {
    const { durable, network } = terrain
    const complete = (await durable.load(COMPLETE)) === 1
    const refilling = (await durable.load(REFILLING)) === 1
    const state = complete ? 'stored' : refilling ? 'missing' : 'unknown'
    const holdings = new Holdings(terrain, state)
    network.serve(HOLDINGS, async () => {
      holdings.refuseUnknown()
      return { kind: HOLDINGS, bytes: 16, body: holdings.complete }
    })
    return holdings
  }

  get complete(): boolean {
    return this.state === 'complete' || this.state === 'stored'
  }

  get missing(): boolean {
    return this.state === 'missing'
  }

  /** Complete, and a restart will know it. */
  get stored(): boolean {
    return this.state === 'stored'
  }

  /** Throws unless the region has its data. */
  refuse(): void {
    if (!this.complete) throw this.refusal()
  }

  /** Before anybody knows whether the disk was lost a user's call waits; rejects if it was. */
  async ready({ deadlineUs }: Call): Promise<void> {
    if (this.state === 'unknown') await this.terrain.clock.within(deadlineUs, this.known)
    this.refuse()
  }

  /** Throws while nobody knows whether the disk was lost. */
  refuseUnknown(): void {
    if (this.state === 'unknown') throw this.refusal()
  }

  /** Settles when it is known whether the disk was lost, or the run is over. */
  async find(stop: Stop): Promise<void> {
    const { store, durable, clock } = this.terrain
    while (!stop.fired && this.state === 'unknown') {
      try {
        if (loaded(await store.scan(CALL)).length > 0) await this.filled()
        else {
          await durable.save(REFILLING, 1)
          this.state = 'missing'
        }
      } catch (error) {
        if (!(error instanceof CallError)) throw error
        await clock.sleep(RETRY_US)
      }
    }
    this.tell()
  }

  /** From now on reads and writes are served here; a crash begins the refill anew. */
  serve(): void {
    if (this.state === 'missing') this.state = 'complete'
  }

  /** Everything there is to be had has been brought. */
  async filled(): Promise<void> {
    await this.terrain.durable.save(COMPLETE, 1)
    this.state = 'stored'
  }

  /** Whether another region has its data. Rejects if it does not answer, or does not know yet. */
  async ask(region: RegionName): Promise<boolean> {
    const message = { kind: HOLDINGS, bytes: 16, body: null }
    return (await this.terrain.network.call(region, message, ASK_DEADLINE_US)).body as boolean
  }

  private refusal(): CallError {
    return new CallError(`${this.terrain.region} is bringing back its data`, { definite: true })
  }
}
