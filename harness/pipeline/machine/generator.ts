import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isInTime, LEAST_ACHIEVED, LEAST_ALLOWED_US } from '../../analysis/facts/pace.ts'
import { Distribution } from '../../base/histogram.ts'
import { loaderFlags, programBeside } from '../../base/program.ts'
import { EnvironmentError } from '../../model/errors.ts'
import { arrivalsEndUs, type Plan } from '../../model/plan.ts'
import type { RecordEvent } from '../../model/record.ts'
import { MS, SECOND, type Us } from '../../model/units.ts'
import type { Router, UserTerrain } from '../../ports/system.ts'
import { openRecord } from '../../record/writer.ts'
import { drive } from '../../run/drive.ts'
import { planOperations } from '../../workload/operations.ts'
import { HostClock, regionClock, within } from '../../worlds/adapters/host-clock.ts'
import { goFirst } from '../../worlds/containers/go-first.ts'
import { hostNetwork } from '../../worlds/containers/host-network.ts'
import { RegionTime } from '../../worlds/region-time.ts'
import { dataSet } from '../catalogue.ts'
import { LOOP_GRAIN_MS, lateUs } from '../health.ts'
import { planFrom } from '../plan.ts'

/** What came of one rate that was tried. Shares are of what was scheduled after the warm-up. */
export type Trial = {
  perSec: number
  dispatched: number
  /** Answered by the end of arrivals, and as long after it as a dispatch may be late. */
  answered: number
  dispatchP99Us: Us
  loopDelayP99Us: Us
  kept: boolean
}

/** How long arrivals of a trial last, and how long before them nothing counts. */
const RUN_US: Us = SECOND
const WARMUP_US: Us = SECOND / 4
/** A trial that falls behind is broken off so long after its end. */
const BEHIND_US: Us = SECOND / 2
const UP_WITHIN_US: Us = 20 * SECOND
const FLUSH_EVERY_MS = 250

const REGION = 'here'
const nullServer = programBeside(import.meta.url, './null-server')

/**
 * The load driver of real servers, its wire and its record, against a server in another process that answers at once.
 * `program`: another server. Rejects with an EnvironmentError where that does not start.
 */
export class Generator {
  private readonly folder = mkdtempSync(join(tmpdir(), 'faultline-doctor-'))
  private readonly child: ChildProcess
  private readonly port: number

  private constructor(child: ChildProcess, port: number) {
    this.child = child
    this.port = port
  }

  static async open(program = nullServer): Promise<Generator> {
    const child = fork(program, [], {
      execArgv: loaderFlags(program),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const failed = (why: string) =>
      new EnvironmentError(`The null server ${program} ${why}. Try: end other programs.`)
    const ready = new Promise<number>((resolve, reject) => {
      child.once('message', ({ port }: { port: number }) => resolve(port))
      child.once('error', (error) => reject(failed(`could not be started (${error.message})`)))
      child.once('exit', (code) => reject(failed(`ended with code ${code}`)))
    })
    try {
      const late = () => failed(`was not up after ${UP_WITHIN_US / SECOND} s`)
      return new Generator(child, await within(UP_WITHIN_US, ready, late))
    } catch (error) {
      child.kill('SIGKILL')
      throw error
    }
  }

  /** Sends searches at a rate, as a run on real servers would, and says whether it kept up. */
  async trial(perSec: number, arrivals: 'poisson' | 'constant' = 'poisson'): Promise<Trial> {
    const plan = trialPlan(perSec, arrivals)
    const pool = dataSet(plan.data.set)
    const { operations } = planOperations(plan, pool)
    const clock = new HostClock()
    const network = hostNetwork(REGION, {
      agent: () => ({ host: '127.0.0.1', port: this.port }),
      store: nothingElse,
      log: nothingElse,
    })
    const own = { region: REGION, regions: plan.regions, network }
    const terrain: UserTerrain = { ...own, clock: regionClock(new RegionTime(clock)) }
    const router: Router = { gateway: () => REGION, run: async () => {} }
    const record = openRecord(join(this.folder, 'record.jsonl'))
    const flushing = setInterval(() => record.flush(), FLUSH_EVERY_MS)
    const loop = monitorEventLoopDelay({ resolution: LOOP_GRAIN_MS })
    const tally = new Tally(plan)
    const emit = (event: RecordEvent): void => {
      record.append(event)
      tally.see(event)
    }
    const goBack = goFirst()
    try {
      loop.enable()
      clock.begin()
      const users = new Map([[REGION, { terrain, router }]])
      const interrupted = () => clock.now() > arrivalsEndUs(plan) + BEHIND_US
      await drive({ plan, clock, dim: pool.dim, emit, users, interrupted }, operations)
    } finally {
      loop.disable()
      clearInterval(flushing)
      goBack()
      network.close()
      record.close()
    }
    const scheduled = operations.filter(({ intendedUs }) => intendedUs >= WARMUP_US).length
    return tally.judged(perSec, scheduled, lateUs(loop.percentile(99)))
  }

  close(): void {
    this.child.kill('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** Users of a run ask agents and nobody else. */
function nothingElse(): never {
  throw new Error('a null server has neither store nor log')
}

/** What of a trial came when. */
class Tally {
  private readonly delays = new Distribution()
  private readonly counted = new Set<number>()
  private dispatched = 0
  private answered = 0

  private readonly plan: Plan

  constructor(plan: Plan) {
    this.plan = plan
  }

  see(event: RecordEvent): void {
    if (event.type === 'op.start' && event.intended >= WARMUP_US) {
      this.counted.add(event.op)
      this.dispatched++
      this.delays.add(event.t - event.intended)
    }
    const inTime = event.t <= arrivalsEndUs(this.plan) + LEAST_ALLOWED_US
    if (event.type === 'op.end' && event.outcome === 'ok' && inTime && this.counted.has(event.op))
      this.answered++
  }

  /** As the checker generator-valid judges a run; and what is not answered at the same pace only piles up. */
  judged(perSec: number, scheduled: number, loopDelayP99Us: Us): Trial {
    const allowedUs = LEAST_ALLOWED_US
    const achieved = this.dispatched / scheduled
    const answered = this.answered / scheduled
    const dispatchP99Us = this.delays.quantile(0.99)
    const inTime = this.dispatched > 0 && isInTime({ achieved, dispatchP99Us, allowedUs })
    const kept = inTime && loopDelayP99Us <= allowedUs && answered >= LEAST_ACHIEVED
    const delays = { dispatchP99Us: dispatchP99Us.high, loopDelayP99Us }
    return { perSec, dispatched: achieved, answered, ...delays, kept }
  }
}

/** Searches in one region at a rate, for a second after a short warm-up. */
function trialPlan(perSec: number, arrivals: 'poisson' | 'constant'): Plan {
  const text = `# How many searches a second can this machine generate?
name: doctor
seed: 1
regions: [${REGION}, there]
links: { ${REGION} <-> there: { latency: 1ms } }
data: { set: glosses, base: 100 }
system: { kind: active-active-cdc }
load: [{ in: ${REGION}, clients: 100, search: ${perSec}/s, arrivals: ${arrivals}, deadline: 2s }]
timeline: { warmup: ${WARMUP_US / MS}ms, run: ${RUN_US / MS}ms, settle: 1s }
`
  return planFrom(text, 'doctor.yaml')
}
