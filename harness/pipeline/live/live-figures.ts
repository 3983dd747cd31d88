import type { Family } from '../../../reports/export/families.ts'
import type { HealthLine } from '../../model/health.ts'
import type { Layout } from '../../model/layout.ts'
import type { Operation } from '../../model/operation.ts'
import type { Plan } from '../../model/plan.ts'
import type { RecordEvent } from '../../model/record.ts'
import { SECOND } from '../../model/units.ts'
import { layoutFor } from '../catalogue.ts'
import { LiveLag } from './live-lag.ts'
import { LiveOperations } from './live-operations.ts'
import { LiveProgress } from './live-progress.ts'
import { oneGauge, Tally } from './tally.ts'

/** Of an agent and of a store: whether it answers from then on. */
const answering: Partial<Record<string, number>> = {
  ...{ start: 1, resume: 1, crash: 0, pause: 0 },
  ...{ up: 1, loaded: 1, down: 0, unloaded: 0 },
}

/**
 * How a run is going, from the events of its record as they are written: the same in the simulator and on real servers,
 * and without influence on either. What alerting rules may ask for has the name that it has there, after
 * `faultline_live_`.
 */
export class LiveFigures {
  private health: HealthLine | null = null
  private readonly up = new Tally()
  private readonly said = new Tally()
  private readonly progress: LiveProgress
  private readonly operations: LiveOperations
  private readonly lag: LiveLag

  constructor(plan: Plan, layout: Layout = layoutFor(plan)) {
    this.progress = new LiveProgress(plan)
    this.operations = new LiveOperations(plan)
    this.lag = new LiveLag(plan, layout)
    for (const region of plan.regions)
      for (const job of ['agent', 'store']) this.up.set({ job, region }, 1)
  }

  /** The operations of the plan, in the order of intended times. */
  expect(operations: readonly Operation[]): void {
    this.operations.expect(operations)
  }

  see(event: RecordEvent): void {
    this.progress.see(event)
    this.operations.see(event)
    this.lag.see(event)
    if (event.type === 'figure')
      this.said.set({ region: event.region, figure: event.figure }, event.value)
    if (event.type !== 'agent' && event.type !== 'store') return
    const value = answering[event.what]
    if (value !== undefined) this.up.set({ job: event.type, region: event.region }, value)
  }

  seeHealth(line: HealthLine): void {
    this.health = line
  }

  /** As a scrape finds it now. */
  families(): Family[] {
    return [
      ...this.progress.families(),
      ...this.operations.families(this.progress.nowUs),
      ...this.lag.families(this.progress.nowUs),
      this.up.gauge('up', '1 while an agent or a store is there to answer, else 0'),
      this.said.gauge('server_figure', 'what a server says of itself, in its own unit'),
      ...this.machine(),
    ]
  }

  /** As old as the last line of health; of the machine there is something on real servers only. */
  private machine(): Family[] {
    const { busyShare, stealShare, foreignShare, loopDelayP99Us, rssMiB } = this.health ?? {}
    const lateS = loopDelayP99Us === undefined ? undefined : loopDelayP99Us / SECOND
    const bytes = rssMiB === undefined ? undefined : rssMiB * 2 ** 20
    return [
      oneGauge('harness_memory_bytes', 'memory of the harness', bytes, 'bytes'),
      oneGauge('cpu_busy_ratio', 'share of all cores in use by anybody', busyShare, 'ratio'),
      oneGauge(
        'cpu_foreign_ratio',
        'share taken by neither harness nor servers',
        foreignShare,
        'ratio',
      ),
      oneGauge('cpu_steal_ratio', 'share taken by the hypervisor for others', stealShare, 'ratio'),
      oneGauge(
        'timer_delay_p99_seconds',
        'how late 99 % of the timers of the harness fired at most',
        lateS,
        'seconds',
      ),
    ]
  }
}
