import type { Plan } from '../../model/plan.ts'
import type { RecordEvent } from '../../model/record.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { Stop } from '../../ports/system.ts'
import type { Launch } from '../../ports/world.ts'
import { clockOf } from './clock.ts'
import { Downs } from './downs.ts'
import { Process } from './process.ts'
import type { AgentSeat, SimRegion } from './region.ts'
import { type Ground, terrainFor } from './terrain.ts'

/** The agents' lives: started, killed, paused and started again, each incarnation on ports of its own. */
export class Agents {
  private stop: Stop | null = null
  private readonly downs = new Map<RegionName, Downs>()

  private readonly ground: Ground
  private readonly emit: (event: RecordEvent) => void
  private readonly plan: Plan
  private readonly launch: Launch

  constructor(ground: Ground, emit: (event: RecordEvent) => void, plan: Plan, launch: Launch) {
    this.ground = ground
    this.emit = emit
    this.plan = plan
    this.launch = launch
  }

  seat(region: RegionName): AgentSeat {
    return (this.ground.regions.get(region) as SimRegion).seat
  }

  async start(stop: Stop): Promise<void> {
    this.stop = stop
    for (const region of this.plan.regions) await this.begin(region)
  }

  kill(region: RegionName): void {
    this.downsOf(region).add()
    this.seat(region).kill()
    this.note(region, 'crash')
  }

  restart(region: RegionName): void {
    const { timeline } = this.ground
    timeline.after(this.plan.profile.agent.restartUs, () => {
      if (!this.downsOf(region).end()) return
      timeline.wake()
      this.begin(region).catch(timeline.fail)
    })
  }

  /** The process that runs now stands still; gives what ends it. One that is started meanwhile does not. */
  pause(region: RegionName): () => void {
    const { process } = this.seat(region)
    process.pause()
    this.note(region, 'pause')
    return () => {
      this.note(region, 'resume')
      process.resume()
    }
  }

  async ended(withinUs: Us): Promise<void> {
    const { timeline } = this.ground
    const clock = clockOf(this.seat(this.plan.regions[0] as string).time, timeline, new Process())
    const all = Promise.all(this.plan.regions.map((region) => this.seat(region).done()))
    await clock.within(withinUs, all).then(
      () => {},
      () => {},
    )
  }

  private downsOf(region: RegionName): Downs {
    const found = this.downs.get(region) ?? new Downs()
    this.downs.set(region, found)
    return found
  }

  private async begin(region: RegionName): Promise<void> {
    const seat = this.seat(region)
    const { timeline } = this.ground
    await seat.start((here) => {
      this.note(region, 'start')
      return this.launch(terrainFor(this.ground, here), here.incarnation, () => timeline.now())
    }, this.stop as Stop)
  }

  private note(region: RegionName, what: 'start' | 'crash' | 'pause' | 'resume'): void {
    const { incarnation } = this.seat(region)
    this.emit({ type: 'agent', t: this.ground.timeline.now(), region, what, incarnation })
  }
}
