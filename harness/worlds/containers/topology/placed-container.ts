import { type ContainerRuntimeClient, GenericContainer, type Wait } from 'testcontainers'
import { notStarted, portTaken } from './errors.ts'
import { loopback } from './layout.ts'

/** Docker's API, as testcontainers found it. */
export type Engine = ContainerRuntimeClient['container']['dockerode']

/** Where a container stands; the first network carries its published ports. */
export type Place = {
  name: string
  networks: readonly { name: string; address: string }[]
  /** Published on 127.0.0.1: port inside by port on the host. */
  ports: readonly { inside: number; host: number }[]
  labels: Record<string, string>
}

/**
 * A container with fixed addresses and ports, on the networks named and on no other. testcontainers has no option
 * for a fixed address or for publishing on loopback only, and network aliases would leave it on the default bridge.
 */
export class PlacedContainer extends GenericContainer {
  private readonly engine: Engine
  private readonly place: Place

  constructor(engine: Engine, image: string, place: Place) {
    super(image)
    this.engine = engine
    this.place = place
    this.withName(place.name)
      .withLabels(place.labels)
      .withExposedPorts(...place.ports.map(({ inside, host }) => ({ container: inside, host })))
      // Readiness is a canary of ours; and no reaper, whose image may not be here: labels and sweep do its work.
      .withWaitStrategy(atOnce)
      .withAutoCleanup(false)
  }

  protected override async beforeContainerCreated(): Promise<void> {
    const { networks, ports } = this.place
    const first = networks[0] as Place['networks'][number]
    this.hostConfig.PortBindings = Object.fromEntries(
      ports.map(({ inside, host }) => [
        `${inside}/tcp`,
        [{ HostIp: loopback, HostPort: String(host) }],
      ]),
    )
    this.withNetworkMode(first.name)
    this.createOpts.NetworkingConfig = {
      EndpointsConfig: { [first.name]: { IPAMConfig: { IPv4Address: first.address } } },
    }
  }

  protected override async containerCreated(id: string): Promise<void> {
    for (const { name, address } of this.place.networks.slice(1))
      await this.engine.getNetwork(name).connect({
        Container: id,
        EndpointConfig: { IPAMConfig: { IPv4Address: address } },
      })
  }
}

/** Rejects with an EnvironmentError that names the container. */
export async function startPlaced(name: string, container: PlacedContainer): Promise<void> {
  try {
    await container.start()
  } catch (error) {
    throw startError(name, error)
  }
}

export function startError(name: string, error: unknown): Error {
  const reason = (error as Error).message.replaceAll(/\s+/g, ' ')
  return /port is already allocated|address already in use/i.test(reason)
    ? portTaken(name, reason)
    : notStarted(name, reason)
}

type WaitStrategy = ReturnType<typeof Wait.forListeningPorts>

const atOnce: WaitStrategy = {
  waitUntilReady: async () => {},
  withStartupTimeout: () => atOnce,
  isStartupTimeoutSet: () => false,
  getStartupTimeout: () => 0,
}
