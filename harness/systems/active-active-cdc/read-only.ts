import type { Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { Stop, Terrain } from '../../ports/system.ts'
import { Health } from '../shared/health.ts'

/**
 * Takes no writes while a region does not reach more than half of all regions, itself among them: at most one side of
 * a partition goes on writing, and of two regions neither does. It sees only that others do not answer: dead ones
 * count as cut off.
 */
export class ReadOnly {
  private readonly health: Health
  private readonly peers: readonly string[]
  private active = false

  private readonly terrain: Terrain
  private readonly everyUs: Us

  constructor(terrain: Terrain, everyUs: Us) {
    this.terrain = terrain
    this.everyUs = everyUs
    this.peers = terrain.regions.filter((region) => region !== terrain.region)
    this.health = new Health(terrain, this.peers, { everyUs })
  }

  /** Throws while writes are refused; what is refused certainly did not happen. */
  refuse(): void {
    if (!this.active) return
    const { region, regions } = this.terrain
    throw new CallError(
      `${region} is read-only: it reaches ${this.reached()} of ${regions.length} regions`,
      { definite: true },
    )
  }

  async run(stop: Stop): Promise<void> {
    const { clock } = this.terrain
    await Promise.all([
      this.health.run(stop),
      (async () => {
        while (!stop.fired) {
          await clock.sleep(this.everyUs)
          this.look()
        }
      })(),
    ])
  }

  private look(): void {
    const cutOff = this.reached() * 2 <= this.terrain.regions.length
    if (cutOff === this.active) return
    this.active = cutOff
    this.terrain.journal.mode(cutOff ? 'read-only' : 'read-write')
  }

  private reached(): number {
    return 1 + this.peers.filter((peer) => this.health.healthy(peer)).length
  }
}
