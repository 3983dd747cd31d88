import { type Family, family } from '../../../reports/export/families.ts'
import { arrivalsEndUs, type Plan, runEndUs } from '../../model/plan.ts'
import type { RecordEvent } from '../../model/record.ts'
import { SECOND, type Us } from '../../model/units.ts'
import { faultlineVersion } from '../version.ts'
import { oneGauge, Tally } from './tally.ts'

const phases = ['warmup', 'no fault', 'fault', 'settle', 'ended'] as const

/** What is run, how far it is, and which faults are in force. */
export class LiveProgress {
  nowUs: Us = 0
  private ended = false
  private readonly active = new Set<string>()
  private readonly lines = new Tally()

  private readonly plan: Plan

  constructor(plan: Plan) {
    this.plan = plan
  }

  see(event: RecordEvent): void {
    this.lines.add({})
    this.nowUs = Math.max(this.nowUs, event.t)
    if (event.type === 'end') this.ended = true
    if (event.type !== 'fault') return
    if (event.what === 'injected') this.active.add(event.name)
    if (event.what === 'healed') this.active.delete(event.name)
  }

  families(): Family[] {
    const faults = new Tally()
    for (const { name: fault, kind } of this.plan.faults)
      faults.set({ fault, kind }, this.active.has(fault) ? 1 : 0)
    const clock = 'from the start of warm-up; of a simulation by its own clock'
    const endUs = runEndUs(this.plan)
    return [
      this.run(),
      oneGauge('time_seconds', `how far the run is, ${clock}`, this.nowUs / SECOND, 'seconds'),
      oneGauge('planned_end_seconds', `when it is to end, ${clock}`, endUs / SECOND, 'seconds'),
      this.phases(),
      faults.gauge('fault_active', '1 while the fault is in force, else 0'),
      this.lines.counter('record_lines', 'lines written to the record'),
    ]
  }

  private run(): Family {
    const { name: scenario, seed, world, system } = this.plan
    const run = { scenario, system: system.kind, world, seed: String(seed) }
    const info = family('live_run', 'what is being run', { type: 'info' })
    const labels = { ...run, version: faultlineVersion }
    info.samples.set('', { labels, suffix: '_info', value: 1 })
    return info
  }

  private phases(): Family {
    const states = family('live_phase', 'where the run is: 1 of its phase, else 0', {
      type: 'stateset',
    })
    const own = this.phase()
    for (const one of phases) {
      const labels = { [states.name]: one }
      states.samples.set(one, { labels, suffix: '', value: one === own ? 1 : 0 })
    }
    return states
  }

  private phase(): (typeof phases)[number] {
    const { plan, nowUs } = this
    if (this.ended) return 'ended'
    if (nowUs < plan.timeline.warmupUs) return 'warmup'
    if (nowUs >= arrivalsEndUs(plan)) return 'settle'
    return this.active.size > 0 ? 'fault' : 'no fault'
  }
}
