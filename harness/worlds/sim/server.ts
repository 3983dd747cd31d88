import type { Rng } from '../../base/rng.ts'
import type { ServiceTime } from '../../model/profile.ts'
import type { Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import { Process } from './process.ts'
import { Station, serviceUs } from './station.ts'
import type { Timeline } from './timeline.ts'
import type { Answer } from './wire.ts'

/**
 * What a store and a log have in common: a process that can be frozen, killed and started again, workers,
 * and open calls that are reset when it dies.
 */
export class Server {
  process = new Process()
  private station: Station
  private open = new Set<Answer<never>>()
  /** Brown-outs in force: a share of calls takes `factor` times as long. */
  readonly slow = new Set<{ factor: number; share: number }>()

  private readonly timeline: Timeline
  private readonly rng: Rng
  private readonly workers: number

  constructor(timeline: Timeline, rng: Rng, workers: number) {
    this.timeline = timeline
    this.rng = rng
    this.workers = workers
    this.station = new Station(timeline, workers, this.process)
  }

  /** Serves one call: `overheadUs` on the way, then a worker for (`time` + `extraUs`) × `factor`, then `work`. */
  serve<T>(
    answer: Answer<T>,
    time: ServiceTime,
    { overheadUs = 0, extraUs = 0, factor = 1 }: { overheadUs?: Us; extraUs?: Us; factor?: number },
    work: (answer: Answer<T>) => void,
  ): void {
    if (this.process.dead) {
      answer.error(new CallError('connection refused', { definite: true }))
      return
    }
    const tracked = this.track(answer)
    const us = this.slowed(Math.round((serviceUs(time, this.rng) + extraUs) * factor))
    const begin = () => this.station.submit(us, () => work(tracked))
    if (overheadUs === 0) begin()
    else this.timeline.after(overheadUs, begin)
  }

  kill(): void {
    this.process.kill()
    const open = this.open
    this.open = new Set()
    for (const answer of open)
      answer.error(new CallError('connection reset by a dying server', { definite: false }))
  }

  start(): void {
    this.process = new Process()
    this.station = new Station(this.timeline, this.workers, this.process)
  }

  private track<T>(answer: Answer<T>): Answer<T> {
    const open = this.open
    open.add(answer as Answer<never>)
    const once = (say: () => void) => {
      if (open.delete(answer as Answer<never>)) say()
    }
    return {
      value: (value, bytes) => once(() => answer.value(value, bytes)),
      error: (error) => once(() => answer.error(error)),
    }
  }

  private slowed(us: Us): Us {
    let slowed = us
    for (const { factor, share } of this.slow)
      if (share >= 1 || this.rng.chance(share)) slowed = Math.round(slowed * factor)
    return slowed
  }
}
