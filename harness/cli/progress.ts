import { createHistogram } from 'node:perf_hooks'
import { type Plan, runEndUs } from '../model/plan.ts'
import type { RecordEvent } from '../model/record.ts'
import { MS, SECOND, type Us } from '../model/units.ts'
import { durationText } from '../text/value.ts'

/** Redrawn this often at most. */
const EVERY_MS = 250

/**
 * The live line on stderr: simulated time, fault in force, rates, p99 so far. Silent when stderr is not a
 * terminal. `see` takes every event of the record as it is written.
 */
export class ProgressLine {
  private readonly response = createHistogram({ figures: 3 })
  private readonly searches = new Map<number, Us>()
  private readonly faults = new Set<string>()
  private operations = 0
  private drawnAtMs = 0
  private nowUs: Us = 0
  /** By wall clock, of the first event: what is planned and opened before it is no simulated time. */
  private startMs: number | null = null

  private readonly plan: Plan
  private readonly shown: boolean

  constructor(plan: Plan, shown: boolean) {
    this.plan = plan
    this.shown = shown
  }

  see(event: RecordEvent): void {
    if (!this.shown) return
    this.startMs ??= performance.now()
    this.nowUs = event.t
    if (event.type === 'op.start' && event.kind === 'search')
      this.searches.set(event.op, event.intended)
    if (event.type === 'op.end') this.ended(event.op, event.t)
    if (event.type === 'fault' && event.what === 'injected') this.faults.add(event.name)
    if (event.type === 'fault' && event.what === 'healed') this.faults.delete(event.name)
    if (this.operations % 64 === 0) this.draw()
  }

  clear(): void {
    if (this.shown) process.stderr.write('\r\x1b[K')
  }

  private ended(op: number, t: Us): void {
    this.operations++
    const intended = this.searches.get(op)
    if (intended === undefined) return
    this.searches.delete(op)
    this.response.record(Math.max(1, t - intended))
  }

  private draw(): void {
    const nowMs = performance.now()
    if (nowMs - this.drawnAtMs < EVERY_MS) return
    this.drawnAtMs = nowMs
    const share = Math.min(100, Math.floor((100 * this.nowUs) / runEndUs(this.plan)))
    const line = [
      `${share}%`,
      this.passed(nowMs),
      [...this.faults].join('+') || phaseAt(this.plan, this.nowUs),
      `${this.operations} operations`,
      `search p99 ${durationText(this.response.percentile(99))}`,
    ].join(' · ')
    process.stderr.write(`\r\x1b[K${line}`)
  }

  private passed(nowMs: number): string {
    const seconds = (us: Us): string => `${(us / SECOND).toFixed(0)} s`
    if (this.plan.world !== 'sim')
      return `${seconds(this.nowUs)} of ${seconds(runEndUs(this.plan))}`
    const speed = this.nowUs / MS / (nowMs - (this.startMs ?? nowMs))
    return `${seconds(this.nowUs)} simulated (${speed.toFixed(0)}× real time)`
  }
}

function phaseAt({ timeline }: Plan, us: Us): string {
  if (us < timeline.warmupUs) return 'warm-up'
  return us < timeline.warmupUs + timeline.runUs ? 'no fault' : 'settling'
}
