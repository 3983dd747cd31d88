import type { FaultPlan } from '../model/fault.ts'
import type { Plan } from '../model/plan.ts'
import type { RecordEvent } from '../model/record.ts'
import type { InForce, World } from '../ports/world.ts'
import { watch } from './canaries.ts'

/**
 * Injects every fault at its time, heals it at its end, and lets canaries say whether it bit. Whatever happens,
 * a fault that was injected is healed: the list of those in force is the caller's to heal on the way out.
 */
export class FaultSchedule {
  private readonly inForce = new Map<string, InForce>()

  private readonly world: World
  private readonly plan: Pick<Plan, 'faults' | 'links'>
  private readonly emit: (event: RecordEvent) => void
  private readonly endUs: number

  constructor(
    world: World,
    plan: Pick<Plan, 'faults' | 'links'>,
    emit: (event: RecordEvent) => void,
    endUs: number,
  ) {
    this.world = world
    this.plan = plan
    this.emit = emit
    this.endUs = endUs
  }

  /** Settles when all faults are healed and all canaries have spoken or given up. */
  async run(): Promise<void> {
    await Promise.all(this.plan.faults.map((fault) => this.one(fault)))
  }

  /** Heals what is still in force, now. */
  async healAll(): Promise<void> {
    for (const [name, force] of this.inForce) await this.noting(name, 'healed', () => force.heal())
    this.inForce.clear()
  }

  private async one(fault: FaultPlan): Promise<void> {
    const { clock } = this.world
    const watching = watch(this.world, fault, this.plan, this.emit, this.endUs)
    await clock.until(fault.atUs)
    const force = await this.noting(fault.name, 'injected', async () => {
      const begun = await this.world.faults.inject(fault)
      this.inForce.set(fault.name, begun)
      return begun
    })
    await clock.until(fault.untilUs)
    if (this.inForce.delete(fault.name)) await this.noting(fault.name, 'healed', () => force.heal())
    await watching
  }

  /** Real servers take their time: when within it a fault came or went nobody knows. */
  private async noting<T>(
    name: string,
    what: 'injected' | 'healed',
    work: () => Promise<T>,
  ): Promise<T> {
    const { clock } = this.world
    const askedUs = clock.now()
    const done = await work()
    const t = clock.now()
    this.emit({ type: 'fault', t, name, what, ...(askedUs < t && { bracket: [askedUs, t] }) })
    return done
  }
}
