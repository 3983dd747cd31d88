import type { LinkName } from '../../model/fault.ts'
import type { StoreKind } from '../../model/plan.ts'
import { type Change, SENTINEL_ID } from '../../model/point.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { EventLog } from '../../ports/log.ts'
import type { Network } from '../../ports/network.ts'
import type { Consistency, ReadableStore } from '../../ports/store.ts'
import { HEALTH, type HealthReply } from '../../ports/system.ts'
import type { Echo, Probes } from '../../ports/world.ts'
import { within } from '../adapters/host-clock.ts'
import type { Address } from '../adapters/message-wire.ts'
import { answerOr, probeChange } from '../probe.ts'
import type { EchoServer } from './echo-server.ts'
import { echoed, hungUp, kafkaAnswers } from './round-trips.ts'
import { type LinkPath, linkPaths } from './topology/setting.ts'
import { storeAnswers } from './topology/store-probe.ts'

/** Topic of probe records: mirrored like any other, read by nobody but the canaries. */
export const PROBE_TOPIC = 'canary'

/** What MirrorMaker calls the copy of another region's topic. */
export const mirrored = (from: RegionName, topic: string): string => `${from}.${topic}`

type ProbeSetting = {
  path(from: RegionName, to: RegionName, path: LinkPath): Address
  echo: EchoServer
  network(from: RegionName): Network
  storeKind(region: RegionName): StoreKind
  store(region: RegionName): ReadableStore
  log(region: RegionName): EventLog
}

/** The harness's own probes of real servers: they take the proxies, ports and processes the faults act on. */
export class ServerProbes implements Probes {
  private nextId = SENTINEL_ID - 1
  private nextEcho = 1
  private readonly waiting = new Map<string, (wallUs: Us) => void>()

  private readonly setting: ProbeSetting

  constructor(setting: ProbeSetting) {
    this.setting = setting
  }

  paths(): readonly [string, ...string[]] {
    const [first = 'echo', ...rest] = ['echo', ...linkPaths.filter((path) => path !== 'echo')]
    return [first, ...rest]
  }

  async echo({ from, to }: LinkName, path: string, bytes: number, deadlineUs: Us): Promise<Echo> {
    const { setting } = this
    const address = setting.path(from, to, path as LinkPath)
    switch (path as LinkPath) {
      case 'echo': {
        const number = this.nextEcho++
        const ok = await echoed(address, Buffer.from(`${number} `.padEnd(bytes)), deadlineUs)
        return { ok, arrived: setting.echo.saw(number) }
      }
      case 'agent':
        return { ok: (await this.askHealth(from, to, deadlineUs)) !== null }
      case 'store':
        return { ok: await storeAnswers(setting.storeKind(to), address, deadlineUs) }
      default:
        return { ok: await kafkaAnswers(address, deadlineUs) }
    }
  }

  async health(region: RegionName, deadlineUs: Us) {
    const wallUs = await this.askHealth(region, region, deadlineUs)
    return { ok: wallUs !== null, wallUs: wallUs ?? 0 }
  }

  knownRow(region: RegionName, deadlineUs: Us): Promise<boolean> {
    return this.readSentinel(region, 'strong', deadlineUs)
  }

  touch(region: RegionName, deadlineUs: Us): Promise<boolean> {
    return this.readSentinel(region, 'bounded', deadlineUs)
  }

  /** A search of its own would load the servers; no fault that can be injected here needs one. */
  async searching(): Promise<boolean> {
    return false
  }

  append(region: RegionName, deadlineUs: Us): Promise<boolean> {
    return this.appendRecord(region, this.nextId--, deadlineUs)
  }

  async mirrored({ from, to }: LinkName, deadlineUs: Us): Promise<boolean> {
    return (await this.carried(from, to, mirrored(from, PROBE_TOPIC), deadlineUs)) !== null
  }

  /** The broker's stamp of a probe record, as a tap reads it: topics of a run are stamped by the broker's clock. */
  async logTime(region: RegionName, deadlineUs: Us) {
    const wallUs = await this.carried(region, region, PROBE_TOPIC, deadlineUs)
    return { ok: wallUs !== null, wallUs: wallUs ?? 0 }
  }

  hangUp({ from, to }: LinkName, deadlineUs: Us): Promise<boolean> {
    return hungUp(this.setting.path(from, to, 'echo'), deadlineUs)
  }

  /** A tap saw a probe record, which the broker stamped at `wallUs`. */
  seen(region: RegionName, topic: string, id: number, wallUs: Us): void {
    this.waiting.get(`${region} ${topic} ${id}`)?.(wallUs)
  }

  /** Appends a probe record in `from`; settles with its stamp once a tap sees it in `topic` of `to`. */
  private async carried(
    from: RegionName,
    to: RegionName,
    topic: string,
    deadlineUs: Us,
  ): Promise<Us | null> {
    const id = this.nextId--
    const key = `${to} ${topic} ${id}`
    const arrived = new Promise<Us>((resolve, reject) => {
      this.waiting.set(key, resolve)
      this.appendRecord(from, id, deadlineUs).catch(reject)
    })
    const wallUs = await answerOr(within(deadlineUs, arrived), null)
    this.waiting.delete(key)
    return wallUs
  }

  private async askHealth(from: RegionName, to: RegionName, deadlineUs: Us): Promise<Us | null> {
    const message = { kind: HEALTH, bytes: 48, body: null }
    const reply = await answerOr(this.setting.network(from).call(to, message, deadlineUs), null)
    return reply && (reply.body as HealthReply).wallUs
  }

  private async appendRecord(region: RegionName, id: number, deadlineUs: Us): Promise<boolean> {
    const probe = [probeChange(id, region)]
    const appended = this.setting.log(region).append(PROBE_TOPIC, probe, { op: 0, deadlineUs })
    return (await answerOr(appended, ABSENT)) !== ABSENT
  }

  private async readSentinel(
    region: RegionName,
    consistency: Consistency,
    deadlineUs: Us,
  ): Promise<boolean> {
    const call = { op: 0, deadlineUs }
    const found = this.setting.store(region).fetch([SENTINEL_ID], consistency, call)
    return (await answerOr(found, [])).length === 1
  }
}

const ABSENT = Symbol('no answer')

export const isProbe = (change: Change): boolean => change.id < 0
