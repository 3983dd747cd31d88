import { unlessFired } from '../../base/signal.ts'
import { storeOf } from '../../model/plan.ts'
import type { RecordEvent } from '../../model/record.ts'
import { type RegionName, SECOND } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { Network } from '../../ports/network.ts'
import type { World } from '../../ports/world.ts'
import { HostClock, regionClock } from '../adapters/host-clock.ts'
import { VisibilityWatch } from '../adapters/milvus-visibility.ts'
import { RegionTime } from '../region-time.ts'
import { agentsOf } from './agent-setting.ts'
import { Agents } from './agents.ts'
import { figuresOf } from './figures.ts'
import { goFirst } from './go-first.ts'
import { type ContainersNeeds, type Ground, openGround } from './ground.ts'
import { hostNetwork } from './host-network.ts'
import { Housekeeper } from './housekeeping.ts'
import { missingFaults, serverFaults } from './injector.ts'
import { checkLinks } from './link-check.ts'
import { ServerProbes } from './probes.ts'
import { StoreWatch } from './store-watch.ts'
import { openTaps, type Taps } from './taps.ts'
import type { ServerLoad } from './topology/setting.ts'
import { storeAnswers } from './topology/store-probe.ts'

/** The world of real servers, and what they take of this machine. */
export type ContainersWorld = World & { loads(): Promise<ServerLoad[]> }

/** Grain of *searchable*: every look costs the store a query. */
const LOOK_EVERY_MS = 50
const SCAN_DEADLINE_US = 20 * SECOND

/** Starts the servers of a plan in containers. Everything it started is gone after `close`, or if it rejects. */
export async function openContainers(needs: ContainersNeeds): Promise<ContainersWorld> {
  return new ServerWorld(needs, await openGround(needs))
}

class ServerWorld implements ContainersWorld {
  readonly clock = new HostClock()
  readonly probes: ServerProbes
  readonly faults: World['faults']
  private readonly agents: Agents
  private readonly networks = new Map<RegionName, Network & { close(): void }>()
  private readonly sights = new Map<RegionName, VisibilityWatch>()
  private readonly stores: StoreWatch
  private readonly housekeeper: Housekeeper
  private taps: Taps | null = null
  private closing: Promise<void> | null = null
  private goBack = () => {}
  private breakUp: (error: unknown) => void = () => {}
  /** Rejects when something ended that nobody ended: the run is over then. */
  private readonly broken = new Promise<never>((_, reject) => {
    this.breakUp = reject
  })

  private readonly needs: ContainersNeeds
  private readonly ground: Ground

  constructor(needs: ContainersNeeds, ground: Ground) {
    this.needs = needs
    this.ground = ground
    const { plan, agentProgram: program } = needs
    this.broken.catch(() => {})
    for (const region of plan.regions) this.networks.set(region, this.networkOf(region))
    for (const region of plan.regions) this.sights.set(region, this.sightOf(region))
    this.probes = this.openProbes()
    this.stores = this.watchStores()
    this.agents = new Agents(
      { program, clock: this.clock, emit: this.hear, onBroken: this.breakUp },
      agentsOf(needs, ground),
    )
    this.faults = this.openFaults()
    const { topology } = ground
    this.housekeeper = new Housekeeper({
      now: () => this.clock.now(),
      emit: needs.emit,
      bytes: () => topology.links.bytes(),
      figures: figuresOf(plan, needs.topics, ground),
    })
  }

  async start(): Promise<void> {
    const { plan, topics, emit } = this.needs
    const { topology } = this.ground
    this.taps = await openTaps({
      regions: plan.regions,
      topics,
      kafka: (region) => topology.region(region).kafka,
      now: () => this.clock.now(),
      emit,
      onProbe: (region, topic, id, stampMs) =>
        this.probes.seen(region, topic, id, this.clock.sinceOrigin(stampMs)),
    })
    await this.drive(unlessFired(this.needs.stop, this.agents.start()))
    const echo: Parameters<typeof checkLinks>[1] = (link, bytes, deadlineUs) =>
      this.probes.echo(link, 'echo', bytes, deadlineUs)
    const nowUs = () => Math.round(performance.now() * 1000)
    await unlessFired(this.needs.stop, checkLinks(plan.links, echo, nowUs))
    this.goBack = goFirst()
    this.agents.begin(this.clock.begin())
    this.housekeeper.run().catch(this.breakUp)
    for (const region of plan.regions) this.stores.running(region).catch(this.breakUp)
  }

  users(region: RegionName) {
    const { regions } = this.needs.plan
    const clock = regionClock(new RegionTime(this.clock))
    return { region, regions, clock, network: this.networks.get(region) as Network }
  }

  async look(region: RegionName) {
    try {
      return await this.ground.stores.of(region).scan({ op: 0, deadlineUs: SCAN_DEADLINE_US })
    } catch (error) {
      if (error instanceof CallError) return null
      throw error
    }
  }

  /** Real time passes by itself; the run ends early only if something broke. */
  drive<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      work.then(resolve, reject)
      this.broken.catch(reject)
    })
  }

  ended(withinUs: number): Promise<void> {
    return this.agents.stop(withinUs)
  }

  flush(): Promise<void> {
    return this.housekeeper.noteBytes()
  }

  loads(): Promise<ServerLoad[]> {
    return this.ground.topology.loads()
  }

  close(): Promise<void> {
    this.closing ??= this.closeAll()
    return this.closing
  }

  private async closeAll(): Promise<void> {
    for (const sight of this.sights.values()) sight.close()
    this.housekeeper.close()
    this.goBack()
    await this.agents.close()
    await this.taps?.close()
    for (const network of this.networks.values()) network.close()
    await this.ground.close()
  }

  /** What an agent's process tells: recorded, and what its store acknowledged is watched until it can be found. */
  private readonly hear = (event: RecordEvent): void => {
    this.needs.emit(event)
    if (event.type === 'hop' && event.hop === 'applied')
      this.sights.get(event.region)?.note(event.write, event.id)
  }

  private networkOf(from: RegionName): Network & { close(): void } {
    const { topology, agentPorts, stores, logs } = this.ground
    return hostNetwork(from, {
      agent: (to) =>
        to === from
          ? { host: topology.gateway, port: agentPorts[to] as number }
          : topology.path(from, to, 'agent'),
      store: (to) => stores.port(to),
      log: (to) => logs.port(to),
    })
  }

  private sightOf(region: RegionName): VisibilityWatch {
    const { ground, clock, needs } = this
    return new VisibilityWatch({
      store: ground.stores.of(region),
      now: () => clock.now(),
      everyMs: LOOK_EVERY_MS,
      onBroken: this.breakUp,
      onVisible: (write, id, t) =>
        needs.emit({ type: 'hop', t, hop: 'visible', region, write, id }),
    })
  }

  private openProbes(): ServerProbes {
    const { topology, echo, stores, logs } = this.ground
    return new ServerProbes({
      storeKind: (region) => storeOf(this.needs.plan, region),
      path: (from, to, path) => topology.path(from, to, path),
      echo,
      network: (from) => this.networks.get(from) as Network,
      store: (region) => stores.of(region),
      log: (region) => logs.port(region),
    })
  }

  private openFaults(): World['faults'] {
    const { topology } = this.ground
    const { plan, emit } = this.needs
    return serverFaults(
      {
        now: () => this.clock.now(),
        emit,
        regions: plan.regions,
        links: topology.links,
        server: (region, which) => topology.region(region).server(which),
        agents: this.agents,
        storeStarted: (region) => {
          this.stores.restarted(region).catch(this.breakUp)
        },
      },
      () => missingFaults(plan),
    )
  }

  private watchStores(): StoreWatch {
    const { topology } = this.ground
    const { plan } = this.needs
    return new StoreWatch({
      now: () => this.clock.now(),
      emit: this.needs.emit,
      answers: (region) =>
        storeAnswers(storeOf(plan, region), topology.region(region).store, SECOND),
      knownRow: (region, deadlineUs) => this.probes.knownRow(region, deadlineUs),
      end: (region) => topology.region(region).server('store').end(),
      over: () => this.closing !== null,
    })
  }
}
