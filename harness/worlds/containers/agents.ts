import { type ChildProcess, fork } from 'node:child_process'
import { setPriority } from 'node:os'
import { loaderFlags } from '../../base/program.ts'
import type { RecordEvent } from '../../model/record.ts'
import { type RegionName, SECOND, type Us } from '../../model/units.ts'
import { type HostClock, within } from '../adapters/host-clock.ts'
import type { Skew } from '../region-time.ts'
import type { AgentConfig, FromAgent, ToAgent } from './agent-messages.ts'
import { AGENT_MARK, agentMark } from './agent-sweep.ts'
import { agentNotUp } from './topology/errors.ts'

/** Settings of agents' processes that stay the same for all their incarnations. */
export type AgentSetting = Omit<AgentConfig, 'incarnation' | 'origin' | 'skews'>

type AgentsSetting = {
  /** The program an agent runs: harness/pipeline/agent.ts. */
  program: string
  clock: HostClock
  emit: (event: RecordEvent) => void
  /** An agent's process ended that nobody killed, or did what must not happen: the run is over. */
  onBroken: (error: Error) => void
}

/** An agent must be up after this long; the first one reads the data set and loads the clients of the servers. */
const UP_WITHIN_US: Us = 120 * SECOND

/** The agents' processes: each region has one, killed and stopped for real. */
export class Agents {
  private readonly seats = new Map<RegionName, Seat>()
  private origin: bigint | null = null

  private readonly setting: AgentsSetting

  constructor(setting: AgentsSetting, agents: readonly AgentSetting[]) {
    this.setting = setting
    for (const agent of agents) this.seats.set(agent.region, new Seat(setting, agent))
  }

  /** Starts all. Settles when every one answers. */
  async start(): Promise<void> {
    await Promise.all([...this.seats.values()].map((seat) => seat.start(this.origin)))
  }

  /** The run has begun. */
  begin(origin: bigint): void {
    this.origin = origin
    for (const seat of this.seats.values()) {
      seat.tell({ kind: 'begin', origin: String(origin) })
      seat.note('start')
    }
  }

  kill(region: RegionName): void {
    const seat = this.at(region)
    seat.kill()
    seat.note('crash')
  }

  /** A new incarnation, which comes up by itself: what it needs may still be starting too. */
  restart(region: RegionName): void {
    const seat = this.at(region)
    seat.start(this.origin).then(() => {}, this.setting.onBroken)
    seat.note('start')
  }

  pause(region: RegionName): void {
    const seat = this.at(region)
    seat.signal('SIGSTOP')
    seat.note('pause')
  }

  resume(region: RegionName): void {
    const seat = this.at(region)
    seat.note('resume')
    seat.signal('SIGCONT')
  }

  skew(region: RegionName, skew: Skew, on: boolean): void {
    this.at(region).skew(skew, on)
  }

  /** After the stop: settles when all background halves have ended, or after `withinUs`. */
  async stop(withinUs: Us): Promise<void> {
    const seats = [...this.seats.values()]
    for (const seat of seats) seat.tell({ kind: 'stop' })
    const all = Promise.all(seats.map((seat) => seat.ended))
    await within(withinUs, all).catch(() => {})
  }

  /** Ends every process, whatever it does. */
  async close(): Promise<void> {
    for (const seat of this.seats.values()) seat.kill()
    await within(5_000_000, Promise.all([...this.seats.values()].map((seat) => seat.gone))).catch(
      () => {},
    )
  }

  private at(region: RegionName): Seat {
    return this.seats.get(region) as Seat
  }
}

/** One region's place for an agent. */
class Seat {
  ended: Promise<void> = Promise.resolve()
  gone: Promise<void> = Promise.resolve()
  private incarnation = 0
  private child: ChildProcess | null = null
  private readonly skews: Skew[] = []

  private readonly setting: AgentsSetting
  private readonly agent: AgentSetting

  constructor(setting: AgentsSetting, agent: AgentSetting) {
    this.setting = setting
    this.agent = agent
  }

  async start(origin: bigint | null): Promise<void> {
    const { program } = this.setting
    const incarnation = ++this.incarnation
    const child = fork(program, [this.agent.region], {
      execArgv: loaderFlags(program),
      env: { ...process.env, [AGENT_MARK]: agentMark() },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    })
    this.child = child
    // The harness may go first; an agent is what it measures.
    if (child.pid !== undefined) setPriority(child.pid, 0)
    const ready = this.listen(child)
    const config = {
      ...this.agent,
      incarnation,
      origin: origin === null ? null : String(origin),
      skews: this.skews,
    }
    this.tell({ kind: 'open', config })
    const late = () => agentNotUp(this.agent.region, UP_WITHIN_US / SECOND)
    await within(UP_WITHIN_US, ready, late)
  }

  tell(message: ToAgent): void {
    if (this.child?.connected) this.child.send(message)
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.child?.kill(signal)
  }

  kill(): void {
    const { child } = this
    this.child = null
    child?.kill('SIGKILL')
    this.ended = Promise.resolve()
  }

  skew(skew: Skew, on: boolean): void {
    if (on) this.skews.push(skew)
    else this.skews.splice(this.skews.indexOf(skew), 1)
    this.tell({ kind: 'skews', skews: this.skews })
  }

  note(what: 'start' | 'crash' | 'pause' | 'resume'): void {
    const { emit, clock } = this.setting
    const { region } = this.agent
    emit({ type: 'agent', t: clock.now(), region, what, incarnation: this.incarnation })
  }

  /** Hears of this child until it is replaced. Settles when it says that it is up. */
  private listen(child: ChildProcess): Promise<void> {
    const { region } = this.agent
    const { emit, onBroken } = this.setting
    let hasEnded = () => {}
    this.ended = new Promise((resolve) => {
      hasEnded = resolve
    })
    this.gone = new Promise((resolve) => child.once('exit', () => resolve()))
    child.once('exit', (code, signal) => {
      hasEnded()
      if (this.child === child)
        onBroken(
          new Error(`the agent of ${region} ended by itself (${signal ?? `exit code ${code}`})`),
        )
    })
    return new Promise((resolve) => {
      child.on('message', (message: FromAgent) => {
        if (message.kind === 'ready') resolve()
        else if (message.kind === 'ended') hasEnded()
        else if (message.kind === 'event') emit(message.event)
        else onBroken(new Error(`the agent of ${region} broke: ${message.why}`))
      })
    })
  }
}
