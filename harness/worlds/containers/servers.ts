import { invariant } from '../../base/invariant.ts'
import { type Plan, storeOf } from '../../model/plan.ts'
import type { RegionName } from '../../model/units.ts'
import type { EventLog } from '../../ports/log.ts'
import type { Purgeable, VectorStore } from '../../ports/store.ts'
import { type KafkaLog, openKafka } from '../adapters/kafka.ts'
import type { Address } from '../adapters/message-wire.ts'
import type { StoreClient, StoreSetting } from '../adapters/store-client.ts'
import type { StoreModule, StoreModules } from '../adapters/store-kinds.ts'
import type { Vectors } from '../adapters/vectors.ts'

/** One process that uses servers: from which region, by which way, and under which name. */
type Party = {
  plan: Plan
  region: RegionName
  vectors: Vectors
  clientId: string
  /** The same for all incarnations: a new one ends the transactions that the old one left open. */
  transactionalId: string
  producer: { mode: Plan['servers']['producer']; concurrentSends: boolean }
  collection: string
  /** Parts every store is divided into. */
  shards: number
  /** The kinds of store that the plan has. */
  stores: StoreModules
  /** Where it dials for a server of a region. */
  store(region: RegionName): Address
  kafka(region: RegionName): Address
}

/** Commits of the party's consumers: next offset per partition. */
type OnCommit = (
  region: RegionName,
  group: string,
  topic: string,
  offsets: readonly number[],
) => void

/** More than any lane has in flight: the pool of the SDK must never be what a search waits for. */
export const POOL = 256

/** How a store's client is opened, for a run and for loading its base. */
export const settingOf = (
  { index, servers }: Plan,
  { host, port }: Address,
  of: Pick<StoreSetting, 'collection' | 'vectors' | 'shards'>,
): StoreSetting => ({
  ...{ ...of, address: `${host}:${port}`, index, inFlight: POOL },
  iterativeScan: servers.iterativeScan ?? 'off',
})

export function moduleOf(stores: StoreModules, plan: Plan, region: RegionName): StoreModule {
  const kind = storeOf(plan, region)
  const module = stores[kind]
  invariant(module !== undefined, `the client of ${kind} is loaded`)
  return module
}

/** The stores a party can reach, opened when they are first used. */
export class Stores {
  private readonly opened = new Map<RegionName, StoreClient>()

  private readonly party: Party

  constructor(party: Party) {
    this.party = party
  }

  of(region: RegionName): StoreClient {
    const known = this.opened.get(region)
    if (known) return known
    const { plan, vectors, collection, shards, stores } = this.party
    const setting = settingOf(plan, this.party.store(region), { collection, vectors, shards })
    const store = moduleOf(stores, plan, region).open(setting)
    this.opened.set(region, store)
    return store
  }

  /** The port alone, as plain functions: what observes it wraps them one by one. */
  port(region: RegionName): VectorStore & Purgeable {
    const store = this.of(region)
    return {
      search: (request, call) => store.search(request, call),
      fetch: (ids, consistency, call) => store.fetch(ids, consistency, call),
      scan: (call) => store.scan(call),
      upsert: (points, call) => store.upsert(points, call),
      remove: (tombstones, call) => store.remove(tombstones, call),
      purge: (ids, call) => store.purge(ids, call),
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.opened.values()].map((store) => store.close()))
  }
}

/** The logs a party can reach, opened when they are first used. */
export class Logs {
  private readonly opened = new Map<RegionName, Promise<KafkaLog>>()

  private readonly party: Party
  private readonly onCommit: OnCommit

  constructor(party: Party, onCommit: OnCommit) {
    this.party = party
    this.onCommit = onCommit
  }

  of(region: RegionName): Promise<KafkaLog> {
    const known = this.opened.get(region)
    if (known) return known
    const { plan, vectors, clientId, producer, transactionalId } = this.party
    const log = openKafka({
      address: this.party.kafka(region),
      clientId,
      vectorOf: vectors.vectorOf,
      partitions: plan.log.partitions,
      producer,
      transactionalId,
      onCommit: (group, topic, offsets) => this.onCommit(region, group, topic, offsets),
    })
    this.opened.set(region, log)
    // A log that could not be opened is tried again by the next who asks.
    log.catch(() => this.opened.delete(region))
    return log
  }

  port(region: RegionName): EventLog {
    const log = () => this.of(region)
    return {
      append: async (topic, changes, call) => (await log()).append(topic, changes, call),
      join: async (group, topics) => (await log()).join(group, topics),
      read: async (topic, partition, offset, max, call) =>
        (await log()).read(topic, partition, offset, max, call),
      edges: async (topic, call) => (await log()).edges(topic, call),
    }
  }

  async close(): Promise<void> {
    const logs = await Promise.allSettled(this.opened.values())
    await Promise.all(
      logs.map((log) => (log.status === 'fulfilled' ? log.value.close() : undefined)),
    )
  }
}
