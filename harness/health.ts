import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Us } from './model/units.ts'
import type { RunDirectory } from './record/run-directory.ts'

/** A line is written this often by wall clock, and once at the end. */
const EVERY_MS = 1_000

/**
 * How the harness itself is doing, by wall clock, as lines of health.jsonl: `wallMs` since the start of the run,
 * `simulatedUs` reached, `rssMiB`, `lines` of record. Apart from the record, whose bytes must not depend on it.
 */
export class Health {
  private readonly startMs = performance.now()
  private writtenMs = Number.NEGATIVE_INFINITY
  private lines = 0
  private simulatedUs: Us = 0

  constructor(private readonly directory: RunDirectory) {}

  /** Called for every line of record; cheap unless a line of health is due. */
  see(simulatedUs: Us): void {
    this.lines++
    this.simulatedUs = simulatedUs
    if (this.lines % 256 === 0 && performance.now() - this.writtenMs >= EVERY_MS) this.write()
  }

  write(): void {
    this.writtenMs = performance.now()
    const line = {
      wallMs: Math.round(this.writtenMs - this.startMs),
      simulatedUs: this.simulatedUs,
      rssMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
      lines: this.lines,
    }
    appendFileSync(join(this.directory.path, 'health.jsonl'), `${JSON.stringify(line)}\n`)
  }
}
