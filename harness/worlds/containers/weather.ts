import { exponential, pareto, uniformSigned } from '../../base/laws.ts'
import type { Rng } from '../../base/rng.ts'
import type { DelayLaw } from '../../model/fault.ts'
import type { LinkPlan } from '../../model/plan.ts'
import { MS, SECOND, type Us } from '../../model/units.ts'
import { pause } from '../adapters/host-clock.ts'

/** A link's own jitter is drawn anew this often; that of a fault more often, so that its canary sees it vary. */
const CALM_STEP_US: Us = SECOND
const STORMY_STEP_US: Us = 100 * MS

type Jitter = { us: Us; law: DelayLaw }

/**
 * The delay of one directed link: what the plan says, what faults add, and jitter that we draw, in steps, because a
 * proxy's own chance cannot be seeded. Every change goes to the proxies at once.
 */
export class Weather {
  private readonly added = new Set<{ us: Us }>()
  private readonly jitters = new Set<Jitter>()
  private stopped = false
  private stepping: Promise<void> = Promise.resolve()

  constructor(
    private readonly plan: LinkPlan,
    private readonly rng: Rng,
    private readonly setDelay: (us: Us) => Promise<void>,
  ) {
    if (plan.jitterUs > 0) this.jitters.add({ us: plan.jitterUs, law: plan.law })
  }

  /** Draws until it is closed. Rejects if a proxy did not take a delay. */
  async run(): Promise<void> {
    while (!this.stopped) {
      if (this.jitters.size > 0) await this.apply()
      const stormy = this.jitters.size > (this.plan.jitterUs > 0 ? 1 : 0)
      await pause(stormy ? STORMY_STEP_US : CALM_STEP_US)
    }
  }

  close(): void {
    this.stopped = true
  }

  async slow(us: Us): Promise<() => Promise<void>> {
    return this.member(this.added, { us })
  }

  async shake(us: Us, law: DelayLaw): Promise<() => Promise<void>> {
    return this.member(this.jitters, { us, law })
  }

  private async member<T>(set: Set<T>, item: T): Promise<() => Promise<void>> {
    set.add(item)
    await this.apply()
    return async () => {
      set.delete(item)
      await this.apply()
    }
  }

  /** One change at a time: of two at once the proxies might keep the older. */
  private apply(): Promise<void> {
    this.stepping = this.stepping.then(() => this.setDelay(this.delayUs()))
    return this.stepping
  }

  private delayUs(): Us {
    let delay = this.plan.latencyUs
    for (const { us } of this.added) delay += us
    for (const { us, law } of this.jitters) delay += us * drawn(law, this.rng)
    return Math.max(0, Math.round(delay))
  }
}

function drawn(law: DelayLaw, rng: Rng): number {
  if (law === 'uniform') return uniformSigned(rng)
  return law === 'exponential' ? exponential(rng) : pareto(rng)
}
