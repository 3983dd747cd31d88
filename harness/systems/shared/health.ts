import type { RegionName, Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import { CallError } from '../../ports/errors.ts'
import type { Network } from '../../ports/network.ts'
import { HEALTH, type Stop } from '../../ports/system.ts'

/** Probes in a row that change a region's health: a single lost one must not move users. */
const FALL = 3
const RISE = 2
/** Weight of the last probe in the smoothed round trip. */
const FRESH = 0.3
const unknown = Number.POSITIVE_INFINITY

/** Who watches, and what it reaches the others with. */
export type Watcher = { clock: Clock; network: Pick<Network, 'call'> }

type WatchKnobs = {
  /** Time between two probes of a region; also how long a probe may take. */
  everyUs: Us
  /** What is asked for; `HEALTH` is answered by every agent without touching its store. */
  kind?: string
  /** How long a region must have been well again before it is trusted. */
  failBackUs?: Us
  /** The watcher's own region, which it knows without a probe that it must not use. */
  own?: { region: RegionName; isWell: () => boolean }
}

type State = { healthy: boolean; streak: number; rttUs: Us; smoothUs: Us; wellSinceUs: Us }

/** Which regions answer, by probes that are real messages, as one party sees it. All are thought well at first. */
export class Health {
  private readonly states = new Map<RegionName, State>()

  private readonly watcher: Watcher
  private readonly regions: readonly RegionName[]
  private readonly knobs: WatchKnobs

  constructor(watcher: Watcher, regions: readonly RegionName[], knobs: WatchKnobs) {
    this.watcher = watcher
    this.regions = regions
    this.knobs = knobs
    const wellSinceUs = Number.NEGATIVE_INFINITY
    for (const region of regions)
      this.states.set(region, {
        healthy: true,
        streak: 0,
        rttUs: 0,
        smoothUs: unknown,
        wellSinceUs,
      })
  }

  /** A region that is not watched counts as well. */
  healthy(region: RegionName): boolean {
    if (!this.isUsable(region)) return false
    return this.states.get(region)?.healthy ?? true
  }

  /** Healthy, and for long enough if it had not been. */
  trusted(region: RegionName): boolean {
    if (!this.isUsable(region)) return false
    const state = this.states.get(region)
    if (!state) return true
    const { failBackUs = 0 } = this.knobs
    return state.healthy && this.watcher.clock.elapsed() - state.wellSinceUs >= failBackUs
  }

  private isUsable(region: RegionName): boolean {
    const { own } = this.knobs
    return own?.region !== region || own.isWell()
  }

  /** Round trip of the last probe that was answered; 0 before there was one. */
  rttUs(region: RegionName): Us {
    return this.states.get(region)?.rttUs ?? 0
  }

  /** Round trips of late, smoothed; infinite before there was one. */
  smoothUs(region: RegionName): Us {
    return this.states.get(region)?.smoothUs ?? unknown
  }

  async run(stop: Stop): Promise<void> {
    await Promise.all(this.regions.map((region) => this.watch(region, stop)))
  }

  private async watch(region: RegionName, stop: Stop): Promise<void> {
    const { clock } = this.watcher
    const { everyUs } = this.knobs
    const state = this.states.get(region) as State
    while (!stop.fired) {
      const startUs = clock.elapsed()
      const ok = await this.answers(region, state)
      const moved = ok !== state.healthy
      state.streak = moved ? state.streak + 1 : 0
      if (moved && state.streak >= (ok ? RISE : FALL)) {
        state.healthy = ok
        state.streak = 0
        if (ok) state.wellSinceUs = clock.elapsed()
      }
      await clock.sleep(Math.max(0, everyUs - (clock.elapsed() - startUs)))
    }
  }

  private async answers(region: RegionName, state: State): Promise<boolean> {
    const { clock, network } = this.watcher
    const { everyUs, kind = HEALTH } = this.knobs
    const startUs = clock.elapsed()
    try {
      await network.call(region, { kind, bytes: 48, body: null }, everyUs)
      state.rttUs = clock.elapsed() - startUs
      state.smoothUs =
        state.smoothUs === unknown
          ? state.rttUs
          : Math.round((1 - FRESH) * state.smoothUs + FRESH * state.rttUs)
      return true
    } catch (error) {
      if (error instanceof CallError) return false
      throw error
    }
  }
}
