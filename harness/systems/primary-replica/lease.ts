import type { RegionName, Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Durable } from '../../ports/system.ts'

/** The message by which agents speak to the register. */
export const LEASE = 'lease'

/** `renew` names the epoch it has; `look` changes nothing. */
export type LeaseAsk = { want: 'look' | 'acquire' | 'renew'; by: RegionName; epoch: number }

/** Who may write, under which fencing token, and for how long from now by the register's clock. */
export type LeaseAnswer = { granted: boolean; epoch: number; holder: RegionName; leftUs: Us }

/** Where the register keeps the last epoch it gave out. */
export const EPOCH = 'lease epoch'
const HOLDER = 'lease holder'

/** What the regions have seen: the highest epoch of all, and who holds it if anybody knows. */
export type Seen = { epoch: number; holder: RegionName | null }

/**
 * The one place that says who is primary. An epoch is given out once and only after the lease of the one before has
 * run out, or to its own holder. The register itself is one process: while nobody reaches it nobody becomes primary,
 * and the primary of the day stops when its lease ends. A register that finds nothing on its disk may have lost it:
 * it counts on from the highest epoch that the other regions have seen, and answers nobody before all have told.
 */
export class LeaseRegister {
  private readonly clock: Clock
  private readonly durable: Durable
  private readonly regions: readonly RegionName[]
  private readonly ttlUs: Us
  private epoch: number
  private holder: RegionName
  private untilUs: Us
  private kept: boolean
  private readonly seenElsewhere: () => Promise<Seen>

  private constructor(
    clock: Clock,
    durable: Durable,
    regions: readonly RegionName[],
    ttlUs: Us,
    epoch: number,
    holder: RegionName,
    untilUs: Us,
    kept: boolean,
    seenElsewhere: () => Promise<Seen>,
  ) {
    this.clock = clock
    this.durable = durable
    this.regions = regions
    this.ttlUs = ttlUs
    this.epoch = epoch
    this.holder = holder
    this.untilUs = untilUs
    this.kept = kept
    this.seenElsewhere = seenElsewhere
  }

  /** `first` has the lease of epoch 0, which lets nobody write: it is the first that may acquire. */
  static async open(
    clock: Clock,
    durable: Durable,
    regions: readonly RegionName[],
    first: RegionName,
    ttlUs: Us,
    seenElsewhere: () => Promise<Seen>,
  ): Promise<LeaseRegister> {
    const kept = await durable.load(EPOCH)
    const epoch = kept ?? 0
    const holder = regions[(await durable.load(HOLDER)) ?? regions.indexOf(first)] ?? first
    // When the lease was last renewed died with the former process: it may have been just now.
    const untilUs = clock.elapsed() + ttlUs
    const known = [epoch, holder, untilUs, kept !== undefined] as const
    return new LeaseRegister(clock, durable, regions, ttlUs, ...known, seenElsewhere)
  }

  /** Rejects while it does not know which epochs were given out. */
  async answer({ want, by, epoch }: LeaseAsk): Promise<LeaseAnswer> {
    if (!this.kept) await this.recall()
    const nowUs = this.clock.elapsed()
    const mine = by === this.holder
    const granted =
      (want === 'renew' && mine && epoch === this.epoch) ||
      (want === 'acquire' && (mine || nowUs >= this.untilUs))
    if (granted) this.untilUs = nowUs + this.ttlUs
    if (granted && want === 'acquire') {
      this.epoch++
      this.holder = by
    }
    const answer = {
      granted,
      epoch: this.epoch,
      holder: this.holder,
      leftUs: Math.max(0, this.untilUs - nowUs),
    }
    if (granted && want === 'acquire') await this.keep(answer)
    return answer
  }

  /** Who asked at the same time finds it done. */
  private async recall(): Promise<void> {
    const { epoch, holder } = await this.seenElsewhere()
    if (this.kept) return
    this.kept = true
    this.epoch = epoch
    this.holder = holder ?? this.holder
    this.untilUs = this.clock.elapsed() + this.ttlUs
    await this.keep({ epoch, holder: this.holder })
  }

  private async keep({ epoch, holder }: { epoch: number; holder: RegionName }): Promise<void> {
    await this.durable.save(HOLDER, this.regions.indexOf(holder))
    await this.durable.save(EPOCH, epoch)
  }
}

/** Clocks of two regions may run apart by so much of a lease before two could think that they hold it. */
const DRIFT_SHARE = 0.1

/** A lease as its holder sees it: it counts from before the request left, and ends early by what clocks may drift. */
export class HeldLease {
  private untilUs: Us = Number.NEGATIVE_INFINITY
  private heldEpoch = 0

  private readonly clock: Clock
  private readonly ttlUs: Us

  constructor(clock: Clock, ttlUs: Us) {
    this.clock = clock
    this.ttlUs = ttlUs
  }

  granted(epoch: number, askedUs: Us): void {
    this.heldEpoch = epoch
    this.untilUs = askedUs + this.ttlUs - Math.ceil(this.ttlUs * DRIFT_SHARE)
  }

  givenUp(): void {
    this.untilUs = Number.NEGATIVE_INFINITY
  }

  holds(epoch: number): boolean {
    return epoch > 0 && epoch === this.heldEpoch && this.clock.elapsed() < this.untilUs
  }
}
