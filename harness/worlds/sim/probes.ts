import type { LinkName } from '../../model/fault.ts'
import { SENTINEL_ID, type StoredPoint } from '../../model/point.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { Message } from '../../ports/network.ts'
import type { Consistency } from '../../ports/store.ts'
import { HEALTH, type HealthReply } from '../../ports/system.ts'
import type { Probes } from '../../ports/world.ts'
import { answerOr, probeChange } from '../probe.ts'
import { copyName } from './mirror.ts'
import type { Process } from './process.ts'
import { PROBE_TOPIC, type SimRegion } from './region.ts'
import type { Ground } from './terrain.ts'
import { cancel } from './timeline.ts'
import type { Answer } from './wire.ts'

/** Watches the taps for probe records by their (negative) id. */
export class ProbeWatch {
  private readonly waiting = new Map<number, { topic: string; region: string; seen: () => void }>()

  seen(region: RegionName, topic: string, id: number): void {
    const waiter = this.waiting.get(id)
    if (!waiter || waiter.topic !== topic || waiter.region !== region) return
    this.waiting.delete(id)
    waiter.seen()
  }

  wait(id: number, region: RegionName, topic: string, seen: () => void): void {
    this.waiting.set(id, { topic, region, seen })
  }

  forget(id: number): void {
    this.waiting.delete(id)
  }
}

/** The harness's own probes: they take the links and the processes the faults act on. */
export class SimProbes implements Probes {
  private nextId = SENTINEL_ID - 1

  private readonly ground: Ground
  private readonly harness: Process
  private readonly watch: ProbeWatch

  constructor(ground: Ground, harness: Process, watch: ProbeWatch) {
    this.ground = ground
    this.harness = harness
    this.watch = watch
  }

  paths(): readonly [string] {
    return ['link']
  }

  async echo(link: LinkName, _path: string, bytes: number, deadlineUs: Us) {
    let arrived = false
    const echoed = this.ask<void>(link, bytes, deadlineUs, (answer) => {
      arrived = true
      answer.value(undefined, 64)
    })
    return { ok: (await answerOr(echoed, ABSENT)) !== ABSENT, arrived }
  }

  async health(region: RegionName, deadlineUs: Us) {
    const message = { kind: HEALTH, bytes: 48, body: null }
    const reply = await answerOr(
      this.ask<Message>(within(region), 48, deadlineUs, (answer) =>
        this.at(region).seat.receive(message, region, answer),
      ),
      null,
    )
    return reply
      ? { ok: true, wallUs: (reply.body as HealthReply).wallUs }
      : { ok: false, wallUs: 0 }
  }

  knownRow(region: RegionName, deadlineUs: Us): Promise<boolean> {
    return this.readSentinel(region, 'strong', deadlineUs)
  }

  touch(region: RegionName, deadlineUs: Us): Promise<boolean> {
    return this.readSentinel(region, 'bounded', deadlineUs)
  }

  async searching(region: RegionName, deadlineUs: Us): Promise<boolean> {
    const searched = this.ask<void>(within(region), 0, deadlineUs, (answer) =>
      this.at(region).store.idleSearch(answer),
    )
    return (await answerOr(searched, ABSENT)) !== ABSENT
  }

  append(region: RegionName, deadlineUs: Us): Promise<boolean> {
    return this.appendRecord(region, this.nextId--, deadlineUs)
  }

  /** Records of the simulated log carry no time of the log. */
  async logTime() {
    return { ok: false, wallUs: 0 }
  }

  /** Simulated connections are never closed. */
  async hangUp(): Promise<boolean> {
    return false
  }

  mirrored({ from, to }: LinkName, deadlineUs: Us): Promise<boolean> {
    const id = this.nextId--
    const { timeline } = this.ground
    return new Promise((resolve, reject) => {
      const settle = (arrived: boolean) => {
        cancel(timer)
        this.watch.forget(id)
        timeline.wake()
        resolve(arrived)
      }
      const timer = timeline.after(deadlineUs, () => settle(false))
      this.watch.wait(id, to, copyName(from, PROBE_TOPIC), () => settle(true))
      this.appendRecord(from, id, deadlineUs).catch(reject)
    })
  }

  private async appendRecord(region: RegionName, id: number, deadlineUs: Us): Promise<boolean> {
    const appended = this.ask<void>(within(region), 0, deadlineUs, (answer) =>
      this.at(region).log.append(PROBE_TOPIC, [probeChange(id, region)], answer),
    )
    return (await answerOr(appended, ABSENT)) !== ABSENT
  }

  private async readSentinel(
    region: RegionName,
    consistency: Consistency,
    deadlineUs: Us,
  ): Promise<boolean> {
    const found = this.ask<StoredPoint[]>(within(region), 48, deadlineUs, (answer) =>
      this.at(region).store.fetch([SENTINEL_ID], consistency, answer),
    )
    return (await answerOr(found, [])).length === 1
  }

  private ask<T>(
    { from, to }: LinkName,
    bytes: number,
    deadlineUs: Us,
    serve: (answer: Answer<T>) => void,
  ): Promise<T> {
    const { harness, ground } = this
    const who = { caller: harness, from, to, channel: 'canary', service: 'agent' } as const
    return ground.wire.exchange<T>({ ...who, bytes, deadlineUs, serve })
  }

  private at(region: RegionName): SimRegion {
    return this.ground.regions.get(region) as SimRegion
  }
}

const ABSENT = Symbol('no answer')

const within = (region: RegionName): LinkName => ({ from: region, to: region })
