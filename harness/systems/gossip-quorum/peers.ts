import type { RegionName, Us } from '../../model/units.ts'
import type { Terrain } from '../../ports/system.ts'

const HEADER_BYTES = 64

/** What a message carries, and what that weighs beyond the header of the message. */
type Sized<T> = { body: T; bytes: number }

/** The other regions' agents: asks and answers them, and knows when each of them answered last. */
export class Peers {
  readonly others: readonly RegionName[]
  private readonly answeredUs = new Map<RegionName, Us>()

  private readonly terrain: Pick<Terrain, 'region' | 'regions' | 'clock' | 'network'>

  /** Everybody counts as within reach at the start: silence has to be shown. */
  constructor(terrain: Pick<Terrain, 'region' | 'regions' | 'clock' | 'network'>) {
    this.terrain = terrain
    this.others = terrain.regions.filter((other) => other !== terrain.region)
    for (const other of this.others) {
      this.answeredUs.set(other, terrain.clock.elapsed())
    }
  }

  async ask<T>(to: RegionName, kind: string, asked: Sized<unknown>, deadlineUs: Us): Promise<T> {
    const { clock, network } = this.terrain
    const message = { kind, bytes: HEADER_BYTES + asked.bytes, body: asked.body }
    const reply = await network.call(to, message, deadlineUs)
    this.answeredUs.set(to, clock.elapsed())
    return reply.body as T
  }

  serve<T>(kind: string, handler: (asked: T, from: RegionName) => Promise<Sized<unknown>>): void {
    const { network } = this.terrain
    network.serve(kind, async ({ body: asked }, from) => {
      const { body, bytes } = await handler(asked as T, from)
      return { kind, bytes: HEADER_BYTES + bytes, body }
    })
  }

  answers(peer: RegionName, withinUs: Us): boolean {
    return this.terrain.clock.elapsed() - (this.answeredUs.get(peer) ?? 0) <= withinUs
  }

  /** This region and all that have answered within the last `withinUs`. */
  reachable(withinUs: Us): number {
    return 1 + this.others.filter((other) => this.answers(other, withinUs)).length
  }
}
