import type { FaultPlan } from '../model/fault.ts'
import type { LinkPlan } from '../model/plan.ts'
import type { RecordEvent } from '../model/record.ts'
import { SECOND, type Us } from '../model/units.ts'
import type { World } from '../ports/world.ts'
import { type Canary, canariesFor, type Reading } from './canary-kinds.ts'

/** Canaries look at the world this long before a fault, to know what normal is. */
const BEFORE_US: Us = 3 * SECOND
/** And this long after its planned end at most, for normal to return. */
const AFTER_US: Us = 60 * SECOND

/** A turn as one canary saw it: sent at `lastUs` it still saw the old state, sent at `firstUs` the new one. */
type Turn = { lastUs: Us; firstUs: Us; saw: string }

/**
 * Watches one fault with canaries sent at a fixed rhythm before, during and after it. The fault is confirmed when
 * every one of them has seen it, its end when every one has seen normal again. The bracket of either is given
 * in times of sending, over all canaries.
 */
export async function watch(
  world: World,
  fault: FaultPlan,
  links: readonly LinkPlan[],
  emit: (event: RecordEvent) => void,
  endUs: Us,
): Promise<void> {
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
        untilUs: Math.min(fault.untilUs + AFTER_US, endUs),
        began: (turn) => note(began, turn, 'confirmed'),
        ended: (turn) => note(ended, turn, 'heal-confirmed'),
      }).run(),
    ),
  )
}

type Watching = { untilUs: Us; began: (turn: Turn) => void; ended: (turn: Turn) => void }

/** One canary of one fault. */
class Watch {
  private readonly normal: Reading[] = []
  private readonly recent: { us: Us; abnormal: boolean }[] = []
  private readonly normalAt: Us[] = [0]
  private lastAbnormalUs: Us = 0
  private calm: Us[] = []
  private confirmed = false
  private over = false

  constructor(
    private readonly world: World,
    private readonly fault: FaultPlan,
    private readonly canary: Canary,
    private readonly emit: (event: RecordEvent) => void,
    private readonly watching: Watching,
  ) {}

  /** Sends at the canary's rhythm; judges the answers in order of sending. */
  async run(): Promise<void> {
    const { clock } = this.world
    const { canary, watching } = this
    let judged: Promise<void> = Promise.resolve()
    for (
      let us = Math.max(0, this.fault.atUs - BEFORE_US);
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
