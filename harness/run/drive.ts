import { invariant } from '../base/invariant.ts'
import type { Operation } from '../model/operation.ts'
import { type LoadPlan, loadName } from '../model/plan.ts'
import type { ClosedClient } from '../workload/closed-loop.ts'
import { closedLoop } from './closed-loop.ts'
import { type Driving, perform, Sessions, type Shared } from './perform.ts'

/**
 * Sends every planned operation at its intended time, whatever became of the others, and drives the clients of closed
 * loops beside them. Settles when all are answered or given up.
 */
export async function drive(
  driving: Driving,
  operations: readonly Operation[],
  closed: readonly ClosedClient[] = [],
): Promise<void> {
  const shared = { ...driving, sessions: new Sessions() }
  const last = operations.at(-1)?.op ?? 0
  await Promise.all([openLoop(shared, operations), closedLoop(shared, closed, last)])
}

async function openLoop(driving: Shared, operations: readonly Operation[]): Promise<void> {
  const lanes = new Map(driving.plan.load.map((load) => [loadName(load), new Lane(driving, load)]))
  for (const operation of operations) {
    await driving.clock.until(operation.intendedUs)
    if (driving.interrupted()) break
    const lane = lanes.get(loadName(operation))
    invariant(lane !== undefined, () => `operation ${operation.op} in a region without load`)
    lane.admit(operation)
  }
  await Promise.all([...lanes.values()].map((lane) => lane.drained()))
}

/** The users of one load, and how many operations they may have in flight. */
class Lane {
  private running = 0
  private readonly queue: Operation[] = []
  private readonly work = new Set<Promise<void>>()

  private readonly driving: Shared
  private readonly load: LoadPlan

  constructor(driving: Shared, load: LoadPlan) {
    this.driving = driving
    this.load = load
  }

  admit(operation: Operation): void {
    if (this.running < this.load.inFlight.max) this.begin(operation)
    else if (this.load.inFlight.onFull === 'queue') this.queue.push(operation)
    else this.shed(operation, 'in-flight cap')
  }

  async drained(): Promise<void> {
    while (this.work.size > 0) await Promise.all(this.work)
    for (const operation of this.queue) this.shed(operation, 'run ended')
  }

  private begin(operation: Operation): void {
    this.running++
    const work = perform(this.driving, this.load, operation).then(() => {
      this.work.delete(work)
      this.running--
      const next = this.driving.interrupted() ? undefined : this.queue.shift()
      if (next) this.begin(next)
    })
    this.work.add(work)
  }

  private shed(operation: Operation, reason: 'in-flight cap' | 'run ended'): void {
    const { op, kind, client, region, intendedUs } = operation
    this.driving.emit({
      type: 'op.shed',
      t: this.driving.clock.now(),
      op,
      kind,
      client,
      region,
      intended: intendedUs,
      reason,
      ...('id' in operation && { id: operation.id }),
    })
  }
}
