import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Stopped } from '../../../base/signal.ts'
import type { RegionName } from '../../../model/units.ts'
import { ContainerLog } from './container-log.ts'
import { containerName, type Layout, type RegionPlace, storeImage, storeKindOf } from './layout.ts'
import { mirrorFile, mirrorProperties } from './mirror-settings.ts'
import { type Engine, type Place, PlacedContainer, startPlaced } from './placed-container.ts'
import { endedAtOnce } from './readiness.ts'
import { ServerContainer, writeClock } from './server-container.ts'
import { brokerEnvironment, clockFolder, storeProgram } from './server-settings.ts'
import type { ServerImage, TopologySetting, Which } from './setting.ts'

/** Starts containers of one topology by their place in the layout. Each method settles when the process runs. */
export class Servers {
  readonly started = new Map<string, ServerContainer>()

  private readonly engine: Engine
  private readonly setting: TopologySetting
  private readonly layout: Layout
  private readonly labels: Record<string, string>

  constructor(
    engine: Engine,
    setting: TopologySetting,
    layout: Layout,
    labels: Record<string, string>,
  ) {
    this.engine = engine
    this.setting = setting
    this.layout = layout
    this.labels = labels
  }

  of(region: RegionName, which: Which): ServerContainer {
    const name = this.nameOf(region, which)
    const server = this.started.get(name)
    if (!server) throw new Error(`no server ${name} in this topology`)
    return server
  }

  async startProxy(): Promise<ServerContainer> {
    const { hub, control, regions, proxies } = this.layout
    const { image, profile } = this.setting.images.toxiproxy
    const published = proxies.filter(({ path }) => path !== 'mirror')
    const inside = profile.ports['control'] as number
    const container = this.place(image, {
      name: containerName(this.setting.runId, 'toxiproxy'),
      networks: [
        { name: hub.network, address: hub.proxy },
        ...regions.map(({ network, proxy }) => ({ name: network, address: proxy })),
      ],
      ports: [
        { inside, host: control },
        ...published.map(({ listen: { port } }) => ({ inside: port, host: port })),
      ],
    })
    // By itself it writes several lines for every connection.
    container.image.withEnvironment({ LOG_LEVEL: 'warn', ...profile.env })
    // Its control port answers on the hub only: no region's servers reach it.
    container.image.withCommand([`-host=${hub.proxy}`])
    return this.run(container)
  }

  async startStore(region: RegionPlace): Promise<ServerContainer> {
    const image = storeImage(this.setting, region.name)
    const { ports } = image.profile
    const health = ports['health']
    const container = this.server(image, region, 'store', [
      { inside: ports['api'] as number, host: region.ports.store },
      ...(health === undefined ? [] : [{ inside: health, host: region.ports.storeHealth }]),
    ])
    const { environment, words } = storeProgram(
      storeKindOf(this.setting, region.name),
      image,
      this.setting.servers,
    )
    container.image.withEnvironment(environment)
    command(container.image, words)
    return this.run(container)
  }

  async startKafka(region: RegionPlace): Promise<ServerContainer> {
    const { images, servers } = this.setting
    const inside = images.kafka.profile.ports['broker'] as number
    const container = this.server(images.kafka, region, 'kafka', [
      { inside, host: region.ports.kafka },
    ])
    container.image.withEnvironment(brokerEnvironment(images.kafka, this.layout, region, servers))
    command(container.image, images.kafka.profile.commands['server'])
    if (!servers.kafkaClock) return this.run(container)
    const clock = join(this.setting.logs, `${container.place.name}.clock`)
    await mkdir(clock, { recursive: true })
    await writeClock(clock, 0)
    container.image.withBindMounts([{ source: clock, target: clockFolder, mode: 'ro' }])
    return this.run(container, clock)
  }

  async startMirror(region: RegionPlace): Promise<ServerContainer> {
    const { images, topics, servers } = this.setting
    const { profile } = images.kafka
    const container = this.server(images.kafka, region, 'mirror', [])
    container.image.withEnvironment(profile.env)
    container.image.withCopyContentToContainer([
      {
        content: mirrorProperties(this.layout, region, topics, servers),
        target: mirrorFile,
        mode: 0o644,
      },
    ])
    const program = profile.commands['mirror'] ?? []
    command(container.image, [...program, mirrorFile, '--clusters', region.name])
    return this.run(container)
  }

  private server(
    { image }: ServerImage,
    region: RegionPlace,
    which: Which,
    ports: Place['ports'],
  ): Placed {
    const networks = [{ name: region.network, address: region[which] }]
    return this.place(image, { name: this.nameOf(region.name, which), networks, ports })
  }

  private place(image: string, at: Omit<Place, 'labels'>): Placed {
    const place = { ...at, labels: this.labels }
    return { image: new PlacedContainer(this.engine, image, place), place }
  }

  private async run({ image, place }: Placed, clock: string | null = null) {
    if (this.setting.stop.fired) throw new Stopped()
    const log = new ContainerLog(
      this.engine,
      place.name,
      join(this.setting.logs, `${place.name}.log`),
    )
    const server = new ServerContainer(this.engine, place.name, log, clock)
    // Before it starts: what was created and did not start must be removed too.
    this.started.set(place.name, server)
    try {
      await startPlaced(place.name, image)
    } catch (error) {
      // A process that ends at once is the likeliest reason, and its log says more than Docker does.
      await log.follow().catch(() => {})
      throw (await endedAtOnce(server)) ?? error
    }
    await log.follow()
    return server
  }

  private nameOf(region: RegionName, which: Which): string {
    const what = which === 'store' ? storeKindOf(this.setting, region) : which
    return containerName(this.setting.runId, region, what)
  }
}

type Placed = { image: PlacedContainer; place: Place }

function command(container: PlacedContainer, words: readonly string[] | undefined): void {
  if (words && words.length > 0) container.withCommand([...words])
}
