import type { Background } from '../../base/signal.ts'
import type { RegionName, Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { Stop, Terrain } from '../../ports/system.ts'
import {
  HeldLease,
  LEASE,
  type LeaseAnswer,
  type LeaseAsk,
  LeaseRegister,
  type Seen,
} from './lease.ts'

/** The message by which agents ask each other who is primary; the reply body is a `Told`. */
const WHO = 'who is primary'
/** The message by which a primary without a lease tells the others of an epoch they must be compared under. */
const LEADS = 'leads'

/** Who is primary under which epoch; `leads`: it has caught up and takes writes. */
export type Term = { epoch: number; holder: RegionName; leads: boolean }

/** And the highest epoch ever seen there, which outlives a crash: who held it does not. */
type Answer = Term & { seen: number }

type SuccessionKnobs = {
  primary: RegionName
  /** Where the register lives; null: nobody else ever becomes primary, and there is none. */
  witness: RegionName | null
  ttlUs: Us
}

/** What an agent has to do when the primary changes. */
export type Roles = {
  /** What this region's disk knows of epochs: the one its fence was raised to, and the highest of any change. */
  epochs(): { raised: number; seen: number }
  /** False while this region has lost its data: it must not lead. */
  mayLead(): boolean
  /** Brings back what was lost, from everybody; true if something was. */
  refill(stop: Stop): Promise<boolean>
  /** Bring the own store up to what the former primary sent; then this region leads. */
  takeOver(epoch: number): Promise<void>
  /** Somebody else is primary under an epoch that is new here. */
  follow(term: Term): void
}

const TERM = 'term'
const UNTOLD = 'term untold'
/** Attempts in the time of one lease. */
const STEPS = 4

/**
 * One region's part in the question who is primary. The primary renews its lease; the others look at the register and
 * acquire the next epoch when a lease has run out. Who cannot reach the register asks the other agents.
 */
export class Succession {
  private known: Term
  private readonly lease: HeldLease
  private leading = 0

  private readonly terrain: Terrain
  private readonly knobs: SuccessionKnobs
  private readonly roles: Roles
  private readonly background: Background

  private constructor(
    terrain: Terrain,
    knobs: SuccessionKnobs,
    roles: Roles,
    background: Background,
  ) {
    this.terrain = terrain
    this.knobs = knobs
    this.roles = roles
    this.background = background
    this.known = { epoch: 0, holder: knobs.primary, leads: false }
    this.lease = new HeldLease(terrain.clock, knobs.ttlUs)
  }

  static async open(
    terrain: Terrain,
    knobs: SuccessionKnobs,
    roles: Roles,
    background: Background,
  ): Promise<Succession> {
    const { region, regions, clock, durable, network } = terrain
    const succession = new Succession(terrain, knobs, roles, background)
    if (knobs.witness === region) {
      const { primary, ttlUs } = knobs
      const seen = () => succession.seenElsewhere()
      const register = await LeaseRegister.open(clock, durable, regions, primary, ttlUs, seen)
      network.serve(LEASE, async ({ body }) => ({
        kind: LEASE,
        bytes: 64,
        body: await register.answer(body as LeaseAsk),
      }))
    }
    network.serve(WHO, async () => ({ kind: WHO, bytes: 64, body: succession.answer() }))
    network.serve(LEADS, async ({ body }) => {
      succession.learn(body as Term)
      return { kind: LEADS, bytes: 16, body: null }
    })
    return succession
  }

  /** As far as this region knows. */
  term(): Term {
    const leads = this.known.holder === this.terrain.region && this.leading === this.known.epoch
    return { ...this.known, leads: leads && this.holds(this.leading) }
  }

  /** The epoch this region may write under now; 0 if none. */
  leads(): number {
    return this.holds(this.leading) ? this.leading : 0
  }

  /** Whether the lease of an epoch is still this region's. */
  holds(epoch: number): boolean {
    if (epoch === 0) return false
    return this.knobs.witness === null ? epoch === this.known.epoch : this.lease.holds(epoch)
  }

  async run(stop: Stop): Promise<void> {
    if (this.knobs.witness === null) {
      if (this.terrain.region === this.knobs.primary) await this.appointed(stop)
      else this.learn({ ...this.known, epoch: 1 })
      return
    }
    while (!stop.fired) {
      await this.step()
      await this.terrain.clock.sleep(this.stepUs())
    }
  }

  /** What another agent knows; rejects if it does not answer. */
  async ask(region: RegionName): Promise<Answer> {
    const message = { kind: WHO, bytes: 32, body: null }
    const reply = await this.terrain.network.call(region, message, this.stepUs())
    return reply.body as Answer
  }

  /** Hears of a primary from elsewhere. */
  learn({ epoch, holder }: Term): void {
    if (epoch <= this.known.epoch) return
    this.known = { epoch, holder, leads: false }
    if (holder !== this.terrain.region) this.roles.follow(this.known)
  }

  private stepUs(): Us {
    return Math.ceil(this.knobs.ttlUs / STEPS)
  }

  /** Where there is no register a replica assumes epoch 1 and has not seen it. */
  private answer(): Answer {
    const { raised, seen } = this.roles.epochs()
    const heard = Math.max(this.known.epoch, raised)
    const assumed = this.knobs.witness === null && heard === 1
    return { ...this.term(), seen: Math.max(seen, assumed ? 0 : heard) }
  }

  /** Rejects unless all other regions answer: the one that does not may be the one that has seen the most. */
  private async seenElsewhere(): Promise<Seen> {
    const { region, regions } = this.terrain
    const others = regions.filter((other) => other !== region)
    const answers = await Promise.all(others.map((other) => this.ask(other)))
    const epoch = Math.max(this.answer().seen, ...answers.map(({ seen }) => seen))
    return { epoch, holder: answers.find((one) => one.epoch === epoch)?.holder ?? null }
  }

  /**
   * Without a register the primary is who it is; each of its lives has an epoch of its own, above all that anybody has
   * seen. After a loss the others may hold what it could not bring back: they hear of the epoch, and are compared.
   */
  private async appointed(stop: Stop): Promise<void> {
    const { durable, region, regions } = this.terrain
    if (await this.roles.refill(stop)) await durable.save(UNTOLD, 1)
    const before =
      (await durable.load(TERM)) ?? (await this.until(stop, () => this.seenElsewhere()))?.epoch
    if (stop.fired || before === undefined) return
    const epoch = before + 1
    await durable.save(TERM, epoch)
    this.known = { epoch, holder: region, leads: false }
    await this.lead(epoch)
    if ((await durable.load(UNTOLD)) !== 1) return
    const message = { kind: LEADS, bytes: 64, body: this.known }
    const tell = (other: RegionName) => this.terrain.network.call(other, message, this.stepUs())
    const others = regions.filter((other) => other !== region)
    await Promise.all(others.map((other) => this.until(stop, () => tell(other))))
    if (!stop.fired) await durable.save(UNTOLD, 0)
  }

  /** Again and again until it succeeds; undefined if the run ends before. */
  private async until<T>(stop: Stop, work: () => Promise<T>): Promise<T | undefined> {
    while (!stop.fired) {
      try {
        return await work()
      } catch (error) {
        refused(error)
        await this.terrain.clock.sleep(this.stepUs())
      }
    }
    return undefined
  }

  private async step(): Promise<void> {
    const { region } = this.terrain
    try {
      if (this.holds(this.known.epoch) && (await this.register('renew')).granted) return
      const found = await this.register('look')
      this.lost(found.holder !== region || found.epoch > this.known.epoch)
      this.learn({ ...found, leads: false })
      const free = found.holder === region || found.leftUs === 0
      if (free && this.roles.mayLead()) await this.acquire()
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      this.lost(false)
      await this.askAround()
    }
  }

  private async acquire(): Promise<void> {
    const { epoch, holder, granted } = await this.register('acquire')
    if (!granted) return
    this.known = { epoch, holder, leads: false }
    this.background.start(this.lead(epoch))
  }

  private async lead(epoch: number): Promise<void> {
    await this.roles.takeOver(epoch)
    if (this.known.epoch !== epoch || !this.holds(epoch)) return
    this.leading = epoch
    this.terrain.journal.epoch('acquired', epoch)
  }

  /** Says once that a lease is over: somebody else has it, or nobody answers and it has run out. */
  private lost(certainly: boolean): void {
    if (!certainly && this.holds(this.known.epoch)) return
    if (this.leading > 0) this.terrain.journal.epoch('lost', this.leading)
    this.leading = 0
    this.lease.givenUp()
  }

  private async register(want: LeaseAsk['want']): Promise<LeaseAnswer> {
    const { region, clock, network } = this.terrain
    const askedUs = clock.elapsed()
    const body: LeaseAsk = { want, by: region, epoch: this.known.epoch }
    const message = { kind: LEASE, bytes: 64, body }
    const witness = this.knobs.witness as RegionName
    const answer = (await network.call(witness, message, this.stepUs())).body as LeaseAnswer
    if (answer.granted) this.lease.granted(answer.epoch, askedUs)
    return answer
  }

  private async askAround(): Promise<void> {
    const { region, regions } = this.terrain
    for (const other of regions) {
      if (other === region) continue
      const term = await this.ask(other).catch(refused)
      if (term) this.learn({ ...term, leads: false })
    }
  }
}

function refused(error: unknown): null {
  if (error instanceof CallError) return null
  throw error
}
