import type { Fires } from '../../../base/signal.ts'
import type { LinkName } from '../../../model/fault.ts'
import type { LinkPlan, StoreKind } from '../../../model/plan.ts'
import { MS, type RegionName, type Us } from '../../../model/units.ts'
import type { Address } from '../../adapters/message-wire.ts'
import type { ImageProfile } from '../../images/image-list.ts'

export type ServerImage = { image: string; profile: ImageProfile }

/** The image of every server there can be; only those that a topology uses have to be on the machine. */
export type ServerImages = Record<StoreKind | 'kafka' | 'toxiproxy', ServerImage>

/** Everything that decides which servers run and how; nothing here has a default. */
export type TopologySetting = {
  runId: string
  /** Unix seconds after which a sweep that cannot tell whether the harness lives may remove all of it. */
  deadlineSec: number
  regions: readonly RegionName[]
  /** What each region keeps its vectors in. */
  stores: Readonly<Record<RegionName, StoreKind>>
  links: readonly LinkPlan[]
  images: ServerImages
  servers: ServerSetting
  /** Created on every broker, with `servers.partitions`, and mirrored to every other region. */
  topics: readonly string[]
  /** Created like those, and mirrored to no other region. */
  ownTopics: readonly string[]
  /** Folder for `<container>.log`, followed while it runs. */
  logs: string
  /** Ports the agents listen on, on the topology's gateway address. */
  agentPorts: Record<RegionName, number>
  /** Port of the harness's echo server, on the gateway address too. */
  echoPort: number
  /** Fires when nobody wants the servers any more, also while they start. */
  stop: Fires
  /** Progress: "us-east: kafka up after 1.9 s". */
  onStep(text: string): void
}

export type ServerSetting = {
  tickMs: number
  sessionTtlSec: number
  /** Starts brokers under libfaketime, so that their clocks can be moved. */
  kafkaClock: boolean
  mirror: { delivery: 'at-least-once' | 'exactly-once'; flushMs: number }
  partitions: number
  /** How long the topics keep records; absent: for ever. */
  retentionMs?: number
}

/** What crosses a link, each over a proxy of its own. */
export type LinkPath = 'kafka' | 'store' | 'agent' | 'echo' | 'mirror'
export const linkPaths: readonly LinkPath[] = ['kafka', 'store', 'agent', 'echo', 'mirror']

export type Which = 'store' | 'kafka' | 'mirror'

/** A server's container. Every method settles once Docker has done it, not when the server answers. */
export type Container = {
  readonly name: string
  /** SIGKILL; settles when the process is gone. */
  kill(): Promise<void>
  /** Starts it again after a kill, or after it ended by itself; same ports. */
  start(): Promise<void>
  pause(): Promise<void>
  /** Lets it go on; nothing is left to do if it has ended meanwhile. */
  unpause(): Promise<void>
  /** Settles when it ends: "exited with code 134" if it did so by itself, null if `kill` ended it. */
  end(): Promise<string | null>
  logTail(lines: number): Promise<string>
  /** Moves the clock of its JVM; rejects if it was not started under libfaketime. */
  setClock(offsetMs: number): Promise<void>
}

export type Heal = () => Promise<void>

/** Toxiproxy counts in whole milliseconds, */
export const DELAY_STEP_US: Us = MS
/** and in whole kilobytes a second. */
export const CAP_STEP_BITS = 8_000

/**
 * Directed links. A link a>b is the upstream streams of all paths with client a and server b, and the downstream streams
 * of all paths with client b and server a. Every path is two proxies in series, because a changed toxic delivers the
 * message in hand at once: on each stream the first proxy holds the link's own delay and is never changed, faults act on
 * the last one. So nothing arrives sooner than the link allows, whatever begins or ends meanwhile. Every change is read
 * back from Toxiproxy: a difference rejects with an EnvironmentError. Healing twice is healing once.
 */
export type Links = {
  /** Adds `us` to the delay of what sets out from now on, besides what others add; whole milliseconds. */
  slow(link: LinkName, us: Us): Promise<Heal>
  /**
   * Adds 0 to 2 × `us` by a uniform law, drawn for each message by Toxiproxy, which takes no seed; whole milliseconds.
   * One at a time on a link: the sum of two is not uniform. What is in hand when a delay changes arrives at once.
   */
  shake(link: LinkName, us: Us): Promise<Heal>
  /** Swallows everything on the link; healing lets Toxiproxy close the connections that were cut. */
  cut(link: LinkName): Promise<Heal>
  /** Caps every connection by itself, in steps of 1,000 bytes a second. */
  connectionBandwidth(link: LinkName, bytesPerSec: number): Promise<Heal>
  resetConnections(link: LinkName): Promise<Heal>
  slowClose(link: LinkName, us: Us): Promise<Heal>
  /**
   * Bytes by `a>b` since the topology opened, counted where clients meet the proxies: upstream as it enters a link
   * (cut or not), downstream as it leaves it, with TCP/IP headers and bare acknowledgements. A text where this host
   * does not let us count.
   */
  bytes(): Promise<Map<string, number>> | string
  /** Compares all that Toxiproxy has with what was set. */
  readBack(): Promise<void>
}

/** One reading of a running container. `cpuShare`: of one core. */
export type ServerLoad = { name: string; memoryMiB: number; cpuShare: number }

export type RegionServers = {
  store: Address
  kafka: Address
  /** The store's health and metrics port; null where it has none. */
  storeHealth: Address | null
  server(which: Which): Container
}

/** Real servers of all regions and the links between them. All host ports are on 127.0.0.1. */
export type Topology = {
  /** The management network's address of this host: agents and the echo server listen there. */
  gateway: string
  /**
   * Who may talk to a listener on the gateway address: this host itself, and Toxiproxy. Every container can send
   * there, so a listener must close connections from any other address.
   */
  callers: readonly string[]
  region(name: RegionName): RegionServers
  /** Where a client of `from` dials to reach `to`; `mirror`: what MirrorMaker dials, reachable from the host too. */
  path(from: RegionName, to: RegionName, path: LinkPath): Address
  links: Links
  loads(): Promise<ServerLoad[]>
  /** Removes everything; bounded; the second call waits for the first. Rejects naming what is left. */
  close(): Promise<void>
}
