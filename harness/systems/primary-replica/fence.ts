import type { Change, Stamp } from '../../model/point.ts'
import { CallError } from '../../ports/errors.ts'
import type { Call } from '../../ports/store.ts'
import type { Durable, Journal } from '../../ports/system.ts'
import type { Guard } from '../shared/guard.ts'

/** A stamp's counter holds the fencing token above the number of the write under it. */
const EPOCH = 2 ** 32

export const counterOf = (epoch: number, number: number): number => epoch * EPOCH + number
export const epochOf = ({ counter }: Stamp): number => Math.floor(counter / EPOCH)

const RAISED = 'fence epoch'
const COMPARED = 'fence compared'
const SEEN = 'fence seen'

/**
 * Keeps out what a former primary sends late. A change of an older epoch that is not here already is one that the new
 * primary never had: it is refused and reported. Nobody can tell so before this region has been compared with the
 * new primary; until then such changes have to wait.
 */
export class Fence {
  private readonly reported = new Set<number>()
  /** While this region takes over, all that it was sent counts. */
  open = false

  private readonly durable: Durable
  private readonly journal: Journal
  public epoch: number
  public compared: boolean
  /** The highest epoch that any change arrived here under. */
  public seen: number

  private constructor(
    durable: Durable,
    journal: Journal,
    epoch: number,
    compared: boolean,
    seen: number,
  ) {
    this.durable = durable
    this.journal = journal
    this.epoch = epoch
    this.compared = compared
    this.seen = seen
  }

  static async restore(durable: Durable, journal: Journal): Promise<Fence> {
    const epoch = (await durable.load(RAISED)) ?? 0
    const compared = (await durable.load(COMPARED)) === epoch
    return new Fence(durable, journal, epoch, compared, (await durable.load(SEEN)) ?? 0)
  }

  private async see(epoch: number): Promise<void> {
    if (epoch <= this.seen) return
    this.seen = epoch
    await this.durable.save(SEEN, epoch)
  }

  /** From now on this epoch counts; `compared`: the store is known to hold nothing that it does not. */
  async raise(epoch: number, compared: boolean): Promise<void> {
    if (epoch < this.epoch) return
    this.epoch = epoch
    this.compared = compared
    await this.durable.save(RAISED, epoch)
    if (compared) await this.durable.save(COMPARED, epoch)
  }

  /** The changes that may be applied; the others are reported. Must run inside the turns of their points. */
  async admit(changes: readonly Change[], guard: Guard, call: Call): Promise<readonly Change[]> {
    await this.see(Math.max(0, ...changes.map(({ stamp }) => epochOf(stamp))))
    const old = changes.filter(({ stamp }) => epochOf(stamp) < this.epoch)
    if (this.open || old.length === 0) return changes
    if (!this.compared)
      throw new CallError(`not yet compared with the primary of epoch ${this.epoch}`, {
        definite: true,
      })
    const late = await guard.winning(old, call)
    for (const change of late) this.refuse(change)
    return changes.filter((change) => !late.includes(change))
  }

  /** Reports a version of a former epoch that does not stay; once. */
  refuse({ stamp, write, id }: Pick<Change, 'stamp' | 'write' | 'id'>): void {
    if (this.reported.has(write)) return
    this.reported.add(write)
    this.journal.epoch('rejected', epochOf(stamp), write, id)
  }
}
