import type { AlertRule } from '../../model/alert.ts'
import type { Us } from '../../model/units.ts'
import type { Labels } from './exported.ts'
import { labelKey } from './expression.ts'

/** One stretch in which a series of a rule was pending or firing; as in `AlertEpisode`. */
export type Stretch = { labels: Labels; activeUs: Us; firedUs: Us | null; endedUs: Us | null }

/**
 * The states of one alerting rule, evaluation by evaluation, as Prometheus has them (rules/alerting.go, Eval): a series
 * whose condition holds is pending; it fires at the first evaluation at which it has held for `for`, which is the first
 * of all where `for` is 0. An evaluation without it resets what is pending and resolves what fires; that one only once it
 * was without for `keep_firing_for`. No data is no series: it resets and resolves as well.
 */
export class AlertStates {
  /** In order of their beginning. */
  readonly stretches: Stretch[] = []
  private readonly active = new Map<string, { stretch: Stretch; withoutSinceUs: Us | null }>()
  private readonly forUs: Us
  private readonly keepFiringForUs: Us

  constructor({ forUs, keepFiringForUs }: Pick<AlertRule, 'forUs' | 'keepFiringForUs'>) {
    this.forUs = forUs
    this.keepFiringForUs = keepFiringForUs
  }

  /** An evaluation at `now`; `met`: the series whose condition holds. */
  evaluate(now: Us, met: readonly Labels[]): void {
    const keys = new Set<string>()
    for (const labels of met) {
      const key = labelKey(labels)
      keys.add(key)
      const known = this.active.get(key)
      if (known) known.withoutSinceUs = null
      else this.begin(key, labels, now)
    }
    for (const [key, state] of this.active) {
      const { stretch } = state
      if (!keys.has(key) && !this.firesOn(state, now)) {
        stretch.endedUs = now
        this.active.delete(key)
      } else if (stretch.firedUs === null && now - stretch.activeUs >= this.forUs)
        stretch.firedUs = now
    }
  }

  private begin(key: string, labels: Labels, now: Us): void {
    const stretch: Stretch = { labels, activeUs: now, firedUs: null, endedUs: null }
    this.stretches.push(stretch)
    this.active.set(key, { stretch, withoutSinceUs: null })
  }

  private firesOn(state: { stretch: Stretch; withoutSinceUs: Us | null }, now: Us): boolean {
    if (state.stretch.firedUs === null || this.keepFiringForUs === 0) return false
    state.withoutSinceUs ??= now
    return now - state.withoutSinceUs < this.keepFiringForUs
  }
}
