import type { Rng } from '../../base/rng.ts'
import type { Change } from '../../model/point.ts'
import type { RegionName } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { Message } from '../../ports/network.ts'
import { type Agent, HEALTH, type Stop } from '../../ports/system.ts'
import { RegionTime } from '../region-time.ts'
import type { SimLog } from './log.ts'
import { Process } from './process.ts'
import type { SimStore } from './store.ts'
import type { Timeline } from './timeline.ts'
import type { Answer } from './wire.ts'

type Handler = (message: Message, from: RegionName) => Promise<Message>

/** Starts one incarnation of the system's agent in a region. */
type LaunchHere = (seat: AgentSeat) => Promise<Agent>

/** The place an agent process has in a region: what it answers, and what it keeps over a crash. */
export class AgentSeat {
  process = new Process()
  incarnation = 0
  handlers = new Map<string, Handler>()
  readonly durable = new Map<string, number>()
  readonly time: RegionTime
  private finished: Promise<void> = Promise.resolve()

  readonly region: RegionName
  private readonly timeline: Timeline

  constructor(region: RegionName, timeline: Timeline) {
    this.region = region
    this.timeline = timeline
    this.time = new RegionTime(timeline)
  }

  /** A new incarnation. Settles when the agent is up; its background half runs on. */
  async start(launch: LaunchHere, stop: Stop): Promise<void> {
    this.incarnation++
    this.process = new Process()
    this.handlers = new Map()
    this.handlers.set(HEALTH, async () => ({
      kind: HEALTH,
      bytes: 48,
      body: { wallUs: this.time.wall() },
    }))
    const agent = await launch(this)
    this.finished = agent.run(stop)
    this.finished.catch(this.timeline.fail)
  }

  kill(): void {
    this.process.kill()
    this.finished = Promise.resolve()
  }

  /** Settles when the living incarnation's background half has ended. */
  done(): Promise<void> {
    return this.finished
  }

  /** A message arrives at the region. */
  receive(message: Message, from: RegionName, answer: Answer<Message>): void {
    const { process } = this
    if (process.dead) {
      answer.error(new CallError('connection refused', { definite: true }))
      return
    }
    process.run(() => {
      const handler = this.handlers.get(message.kind)
      if (!handler) {
        answer.error(new CallError(`nobody answers "${message.kind}"`, { definite: true }))
        return
      }
      this.timeline.wake()
      handler(message, from).then(
        (reply) => process.run(() => answer.value(reply, reply.bytes)),
        (error) =>
          process.run(() => {
            if (error instanceof CallError) answer.error(error)
            else this.timeline.fail(error)
          }),
      )
    })
  }
}

/** One region of the simulated world. */
export type SimRegion = {
  name: RegionName
  seat: AgentSeat
  store: SimStore
  log: SimLog
  rng: Rng
}

/** Topic of probe records: mirrored like any other, read by nobody but the canaries. */
export const PROBE_TOPIC = 'canary'

export const isProbe = (change: Change): boolean => change.id < 0
