import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import type { HealthLine } from '../model/health.ts'
import type { Plan } from '../model/plan.ts'
import type { Us } from '../model/units.ts'
import type { RunDirectory } from '../record/run-directory.ts'
import { CpuWatch } from './cpu-time.ts'

/** In the simulator a line is written this often by wall clock, and once at the end. */
const EVERY_MS = 1_000
/** On real servers: looking at all processes of the machine is not free, and would hold up the load. */
const MACHINE_EVERY_MS = 5_000
/** Grain of the timers by which the delay of the event loop is measured. */
export const LOOP_GRAIN_MS = 10

/**
 * How the harness itself is doing, as lines of health.jsonl, and on real servers also how the machine is. Apart from the
 * record, whose bytes must not depend on it.
 */
export class Health {
  private readonly startMs = performance.now()
  private writtenMs = Number.NEGATIVE_INFINITY
  private lines = 0
  private runUs: Us = 0
  private readonly machine: Machine | null

  private readonly directory: RunDirectory

  private readonly onLine: ((line: HealthLine) => void) | undefined

  constructor(
    directory: RunDirectory,
    { world, timeline }: Pick<Plan, 'world' | 'timeline'>,
    onLine?: (line: HealthLine) => void,
  ) {
    this.directory = directory
    this.onLine = onLine
    this.machine = world === 'sim' ? null : new Machine(timeline.warmupUs, () => this.write())
  }

  /** Called for every line of record; cheap unless a line of health is due. */
  see(runUs: Us): void {
    this.lines++
    this.runUs = Math.max(this.runUs, runUs)
    if (this.machine) return
    if (this.lines % 256 === 0 && performance.now() - this.writtenMs >= EVERY_MS) this.write()
  }

  /** The last line. */
  close(): void {
    this.write()
    this.machine?.close()
  }

  private write(): void {
    this.writtenMs = performance.now()
    const line: HealthLine = {
      wallMs: Math.round(this.writtenMs - this.startMs),
      runUs: this.runUs,
      rssMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
      lines: this.lines,
      ...this.machine?.read(this.runUs),
    }
    this.onLine?.(line)
    appendFileSync(join(this.directory.path, 'health.jsonl'), `${JSON.stringify(line)}\n`)
  }
}

/** What else ran on this machine, and how late our own timers were. */
class Machine {
  private readonly cpu = new CpuWatch()
  private readonly loop: IntervalHistogram = monitorEventLoopDelay({ resolution: LOOP_GRAIN_MS })
  private readonly timer: NodeJS.Timeout
  private warm = false

  private readonly warmupUs: Us

  constructor(warmupUs: Us, onDue: () => void) {
    this.warmupUs = warmupUs
    this.loop.enable()
    this.timer = setInterval(onDue, MACHINE_EVERY_MS)
    this.timer.unref()
  }

  read(runUs: Us): Partial<HealthLine> {
    const delays = {
      loopDelayP99Us: lateUs(this.loop.percentile(99)),
      loopDelayMaxUs: lateUs(this.loop.max),
    }
    if (!this.warm && runUs > this.warmupUs) {
      this.warm = true
      this.loop.reset()
    }
    return { ...delays, ...this.cpu.sinceLast() }
  }

  close(): void {
    clearInterval(this.timer)
    this.loop.disable()
  }
}

/** The histogram tells, in ns, how long after the one before a timer fired: its grain is no delay. */
export const lateUs = (ns: number): Us => Math.max(0, Math.round(ns / 1000 - LOOP_GRAIN_MS * 1000))
