import type { Space } from '../../model/layout.ts'
import type { MirrorPolicy } from '../../model/plan.ts'
import { changeBytes } from '../../model/point.ts'
import type { Service } from '../../model/transport.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { Consumer, EventLog, LogRecord } from '../../ports/log.ts'
import type { Message, Network } from '../../ports/network.ts'
import type {
  Call,
  Collections,
  Purgeable,
  ReadableStore,
  Snapshots,
  VectorStore,
} from '../../ports/store.ts'
import type { Need } from '../../ports/system.ts'
import type { AgentPorts } from '../../ports/world.ts'
import { clockOf } from './clock.ts'
import type { ObjectStorage } from './object-storage.ts'
import type { Process } from './process.ts'
import type { AgentSeat, SimRegion } from './region.ts'
import type { Timeline } from './timeline.ts'
import type { Answer, Wire } from './wire.ts'

/** What the ports of the simulated world are made of. */
export type Ground = {
  timeline: Timeline
  wire: Wire
  regions: Map<RegionName, SimRegion>
  space: Space
  objects: ObjectStorage
  /** What the system under test needs of a world. */
  needs: readonly Need[]
  mirrorPolicy: MirrorPolicy
  onCommit: (region: RegionName, group: string, topic: string, offsets: number[]) => void
}

/** Who calls, and from where. */
type Party = { process: Process; region: RegionName; channel: string }

/** Everything an agent may touch, for one incarnation of the agent in `seat`. */
export function terrainFor(ground: Ground, seat: AgentSeat): AgentPorts {
  const { process, region } = seat
  const party = { process, region, channel: `agent ${seat.incarnation}` }
  return {
    region,
    regions: [...ground.regions.keys()],
    dim: ground.space.dim,
    space: ground.space,
    clock: clockOf(seat.time, ground.timeline, process),
    store: ownStore(ground, party),
    log: logOf(ground, party, region),
    network: {
      ...networkFor(ground, party),
      serve: (kind, handler) => {
        seat.handlers.set(kind, handler)
      },
    },
    durable: {
      load: async (key) => seat.durable.get(key),
      save: async (key, value) => {
        if (!process.dead) seat.durable.set(key, value)
      },
    },
    ...(ground.mirrorPolicy !== 'default' && { mirrorPolicy: ground.mirrorPolicy }),
    ...(ground.needs.includes('collections') && {
      collections: collectionsOf(ground, party),
      aliased: () => at(ground, region).store.aliased,
    }),
    ...(ground.needs.includes('snapshots') && { snapshots: snapshotsOf(ground, party) }),
  }
}

export function networkFor(ground: Ground, party: Party): Network {
  return {
    call: (to, message, deadlineUs) =>
      exchange<Message>(ground, party, [to, 'agent'], message.bytes, deadlineUs, (answer) =>
        at(ground, to).seat.receive(message, party.region, answer),
      ),
    reach: (region) => ({
      store: storeOf(ground, party, region),
      log: logOf(ground, party, region),
    }),
  }
}

/** A region's store as somebody in `party.region` reads it: one collection, or the one the alias points at. */
function storeOf(
  ground: Ground,
  party: Party,
  region: RegionName,
  collection?: string,
): ReadableStore {
  const { store } = at(ground, region)
  const queryBytes = 64 + ground.space.dim * 4
  return {
    search: (request, call) =>
      exchange(ground, party, [region, 'store'], queryBytes, call.deadlineUs, (answer) =>
        store.search(request, answer, collection),
      ),
    fetch: (ids, consistency, call) =>
      exchange(ground, party, [region, 'store'], 48 + 8 * ids.length, call.deadlineUs, (answer) =>
        store.fetch(ids, consistency, answer, collection),
      ),
    scan: (call) =>
      exchange(ground, party, [region, 'store'], 48, call.deadlineUs, (answer) =>
        store.scan(answer, collection),
      ),
  }
}

function writableStore(ground: Ground, party: Party, collection?: string): VectorStore {
  const { region } = party
  const { store } = at(ground, region)
  const write = (points: Parameters<VectorStore['upsert']>[0], call: Call) =>
    exchange<void>(ground, party, [region, 'store'], 0, call.deadlineUs, (answer) =>
      store.write(points, answer, collection),
    )
  return { ...storeOf(ground, party, region, collection), upsert: write, remove: write }
}

function ownStore(ground: Ground, party: Party): VectorStore & Purgeable {
  const { region } = party
  const { store } = at(ground, region)
  return {
    ...writableStore(ground, party),
    purge: (ids, call) =>
      exchange<void>(ground, party, [region, 'store'], 0, call.deadlineUs, (answer) =>
        store.purge(ids, answer),
      ),
  }
}

function collectionsOf(ground: Ground, party: Party): Collections {
  const { store } = at(ground, party.region)
  const ask = <T>(call: Call, serve: (answer: Answer<T>) => void): Promise<T> =>
    exchange<T>(ground, party, [party.region, 'store'], 0, call.deadlineUs, serve)
  return {
    create: (name, index, call) => ask(call, (answer) => store.create(name, index, answer)),
    open: (name) => writableStore(ground, party, name),
    alias: (name, call) => ask(call, (answer) => store.pointAlias(name, answer)),
    drop: (name, call) => ask(call, (answer) => store.drop(name, answer)),
    list: (call) => ask(call, (answer) => store.list(answer)),
  }
}

function snapshotsOf({ wire, objects }: Ground, { process, region, channel }: Party): Snapshots {
  const ask = <T>(call: Call, serve: (answer: Answer<T>) => void): Promise<T> =>
    wire.exchange<T>({
      ...{ caller: process, from: region, to: region, channel, service: 'store', bytes: 0 },
      ...{ deadlineUs: call.deadlineUs, serve },
    })
  return {
    save: (snapshot, call) =>
      ask(call, (answer) => objects.save(region, snapshot, process, answer)),
    latest: (call) => ask(call, (answer) => objects.latest(region, answer)),
  }
}

function logOf(ground: Ground, party: Party, region: RegionName): EventLog {
  const { log } = at(ground, region)
  const { dim } = ground.space
  return {
    append: (topic, changes, call) => {
      const bytes = changes.reduce((sum, change) => sum + changeBytes(change, dim), 64)
      return exchange<void>(ground, party, [region, 'log'], bytes, call.deadlineUs, (answer) =>
        log.append(topic, changes, answer),
      )
    },
    join: async (group, topics) => consumerOf(ground, party, region, group, topics),
    read: (topic, partition, offset, max, call) =>
      exchange(ground, party, [region, 'log'], 96, call.deadlineUs, (answer) =>
        log.read(topic, partition, offset, max, (change) => changeBytes(change, dim), answer),
      ),
    edges: (topic, call) =>
      exchange(ground, party, [region, 'log'], 96, call.deadlineUs, (answer) =>
        log.edges(topic, answer),
      ),
  }
}

function consumerOf(
  ground: Ground,
  party: Party,
  region: RegionName,
  group: string,
  topics: readonly string[],
): Consumer {
  const { log } = at(ground, region)
  const positions = topics.map((topic) => log.position(group, topic))
  return {
    poll: async (max, waitUs) => {
      const records = await exchange<LogRecord[]>(
        ground,
        party,
        [region, 'log'],
        96,
        waitUs + POLL_GRACE_US,
        (answer) =>
          log.poll(
            { topics, positions, portion: { records: max }, waitUs },
            (change) => changeBytes(change, ground.space.dim),
            answer,
          ),
      )
      for (const { topic, partition, offset } of records)
        (positions[topics.indexOf(topic)] as number[])[partition] = offset + 1
      return records
    },
    commit: async () => {
      if (party.process.dead) return
      topics.forEach((topic, t) => {
        const offsets = positions[t] as number[]
        log.commit(group, topic, offsets)
        ground.onCommit(region, group, topic, [...offsets])
      })
    },
  }
}

const POLL_GRACE_US: Us = 5_000_000

function at(ground: Ground, region: RegionName): SimRegion {
  return ground.regions.get(region) as SimRegion
}

function exchange<T>(
  ground: Ground,
  party: Party,
  [to, service]: [RegionName, Service],
  bytes: number,
  deadlineUs: Us,
  serve: (answer: Answer<T>) => void,
): Promise<T> {
  return ground.wire.exchange<T>({
    caller: party.process,
    from: party.region,
    to,
    channel: party.channel,
    service,
    bytes,
    deadlineUs,
    serve,
  })
}
