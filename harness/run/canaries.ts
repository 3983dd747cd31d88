import type { FaultPlan } from '../model/fault.ts'
import { LOOKED_AFTER_US, masks } from '../model/masking.ts'
import type { Plan } from '../model/plan.ts'
import type { RecordEvent } from '../model/record.ts'
import { SECOND, type Us } from '../model/units.ts'
import type { World } from '../ports/world.ts'
import { median } from './canary.ts'
import { type Canary, canariesFor, type Reading } from './canary-kinds.ts'

/** Canaries look at the world this long before a fault, to know what normal is. */
const BEFORE_US: Us = 3 * SECOND

/** A turn as one canary saw it: sent at `lastUs` it still saw the old state, sent at `firstUs` the new one. */
type Turn = { lastUs: Us; firstUs: Us; saw: string }

/**
 * Watches one fault with canaries sent at a fixed rhythm before, during and after it. The fault is confirmed when
 * every one of them has seen it, its end when every one has seen normal again. The bracket of either is given
 * in times of sending, over all canaries. What another of `faults` may have done to a reading proves nothing.
 */
export async function watch(
  world: World,
  fault: FaultPlan,
  { faults, links }: Pick<Plan, 'faults' | 'links'>,
  emit: (event: RecordEvent) => void,
  endUs: Us,
): Promise<void> {
  const others = faults.filter((other) => masks(other, fault))
  const canaries = canariesFor(world, fault, links)
  const began: Turn[] = []
  const ended: Turn[] = []
  const note = (turns: Turn[], turn: Turn, what: 'confirmed' | 'heal-confirmed') => {
    turns.push(turn)
    if (turns.length < canaries.length) return
    emit({
      type: 'fault',
      t: world.clock.now(),
      name: fault.name,
      what,
      canary: canaries.map(({ name }) => name).join(', '),
      saw: turns[0]?.saw ?? '',
      bracket: [
        Math.min(...turns.map(({ lastUs }) => lastUs)),
        Math.max(...turns.map(({ firstUs }) => firstUs)),
      ],
    })
  }
  await Promise.all(
    canaries.map((canary) =>
      new Watch(world, fault, canary, emit, {
        others,
        untilUs: Math.min(fault.untilUs + LOOKED_AFTER_US, endUs),
        began: (turn) => note(began, turn, 'confirmed'),
        ended: (turn) => note(ended, turn, 'heal-confirmed'),
      }).run(),
    ),
  )
}

type Watching = {
  /** Faults that show in these canaries as this one does. */
  others: readonly FaultPlan[]
  untilUs: Us
  began: (turn: Turn) => void
  ended: (turn: Turn) => void
}

/** Early enough to see normal before the fault, and before others that were in force by then. */
function firstLookUs(fault: FaultPlan, others: readonly FaultPlan[]): Us {
  let firstUs = fault.atUs
  for (const { atUs, untilUs } of [...others].sort((a, b) => b.untilUs - a.untilUs))
    if (atUs < fault.atUs && untilUs > firstUs - BEFORE_US) firstUs = Math.min(firstUs, atUs)
  return Math.max(0, firstUs - BEFORE_US)
}

class Watch {
  private readonly normal: Reading[] = []
  private readonly recent: { us: Us; abnormal: boolean }[] = []
  private readonly normalAt: Us[] = [0]
  private lastAbnormalUs: Us = 0
  private lastAnswerUs: Us = -1
  private calm: Us[] = []
  private confirmed = false
  private over = false

  private readonly world: World
  private readonly fault: FaultPlan
  private readonly canary: Canary
  private readonly emit: (event: RecordEvent) => void
  private readonly watching: Watching

  constructor(
    world: World,
    fault: FaultPlan,
    canary: Canary,
    emit: (event: RecordEvent) => void,
    watching: Watching,
  ) {
    this.world = world
    this.fault = fault
    this.canary = canary
    this.emit = emit
    this.watching = watching
  }

  /** Sends at the canary's rhythm; judges the answers in order of sending. */
  async run(): Promise<void> {
    const { clock } = this.world
    const { canary, watching } = this
    let judged: Promise<void> = Promise.resolve()
    for (
      let us = firstLookUs(this.fault, watching.others);
      us < watching.untilUs;
      us += canary.everyUs
    ) {
      await clock.until(us)
      if (this.over) break
      const reading = canary.measure()
      judged = judged.then(async () => this.judge(us, await reading))
    }
    await judged
  }

  private judge(us: Us, reading: Reading): void {
    if (this.over) return
    const { canary, fault } = this
    this.emit({ type: 'canary', t: this.world.clock.now(), canary: canary.name, ...reading })
    const masked = this.isMasked(us, reading)
    if (reading.rtt >= 0) this.lastAnswerUs = us
    if (masked) return
    if (us < fault.atUs) {
      this.normal.push(reading)
      this.normalAt.push(us)
      return
    }
    const abnormal = canary.abnormal(reading, this.normal, us)
    if (abnormal === null) return
    if (!this.confirmed) this.lookForBeginning(us, abnormal)
    if (abnormal) {
      this.lastAbnormalUs = us
      this.calm = []
    } else if (us >= fault.untilUs) this.calm.push(us)
    const [firstUs] = this.calm
    if (firstUs === undefined || this.calm.length < canary.calm) return
    this.over = true
    if (this.confirmed)
      this.watching.ended({ lastUs: this.lastAbnormalUs, firstUs, saw: canary.sawEnd })
  }

  /**
   * Whether another fault may be why a reading is as it is. Of one that only silences, answers come all the same. What it
   * left behind may silence canaries of servers for a while: until one is answered nothing is known. Links heal at once.
   */
  private isMasked(us: Us, { rtt }: Reading): boolean {
    const { canary } = this
    if (rtt >= 0 && canary.silenceOnly) return false
    const backUs = us + (rtt >= 0 ? rtt : median(this.normal))
    return this.watching.others.some(({ atUs, untilUs }) => {
      if (backUs < atUs) return false
      return us < untilUs || (!canary.healsAtOnce && rtt < 0 && this.lastAnswerUs < untilUs)
    })
  }

  private lookForBeginning(us: Us, abnormal: boolean): void {
    const { canary, fault } = this
    if (us >= fault.untilUs) return
    this.recent.push({ us, abnormal })
    if (this.recent.length > canary.of) this.recent.shift()
    const bad = this.recent.filter((reading) => reading.abnormal)
    const first = bad[0]
    if (first && bad.length >= canary.atLeast) {
      this.confirmed = true
      const lastUs = this.normalAt.filter((at) => at < first.us).at(-1) ?? 0
      this.watching.began({ lastUs, firstUs: first.us, saw: canary.saw })
    }
    if (!abnormal) this.normalAt.push(us)
  }
}
