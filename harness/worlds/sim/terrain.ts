import type { Space } from '../../model/layout.ts'
import { changeBytes } from '../../model/point.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { Consumer, EventLog, LogRecord } from '../../ports/log.ts'
import type { Message, Network } from '../../ports/network.ts'
import type { Call, Purgeable, ReadableStore, VectorStore } from '../../ports/store.ts'
import type { Terrain } from '../../ports/system.ts'
import { clockOf } from './clock.ts'
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
  onCommit: (region: RegionName, group: string, topic: string, offsets: number[]) => void
}

/** Who calls, and from where. */
type Party = { process: Process; region: RegionName; channel: string }

/** Everything an agent may touch, for one incarnation of the agent in `seat`. */
export function terrainFor(ground: Ground, seat: AgentSeat): Omit<Terrain, 'journal'> {
  const { process, region } = seat
  const party = { process, region, channel: 'agent' }
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
  }
}

export function networkFor(ground: Ground, party: Party): Network {
  return {
    call: (to, message, deadlineUs) =>
      exchange<Message>(ground, party, to, message.bytes, deadlineUs, (answer) =>
        at(ground, to).seat.receive(message, party.region, answer),
      ),
    reach: (region) => ({
      store: storeOf(ground, party, region),
      log: logOf(ground, party, region),
    }),
  }
}

/** A region's store as somebody in `party.region` reads it. */
export function storeOf(ground: Ground, party: Party, region: RegionName): ReadableStore {
  const { store } = at(ground, region)
  const queryBytes = 64 + ground.space.dim * 4
  return {
    search: (request, call) =>
      exchange(ground, party, region, queryBytes, call.deadlineUs, (answer) =>
        store.search(request, answer),
      ),
    fetch: (ids, consistency, call) =>
      exchange(ground, party, region, 48 + 8 * ids.length, call.deadlineUs, (answer) =>
        store.fetch(ids, consistency, answer),
      ),
    scan: (call) =>
      exchange(ground, party, region, 48, call.deadlineUs, (answer) => store.scan(answer)),
  }
}

function ownStore(ground: Ground, party: Party): VectorStore & Purgeable {
  const { region } = party
  const { store } = at(ground, region)
  const write = (points: Parameters<VectorStore['upsert']>[0], call: Call) =>
    exchange<void>(ground, party, region, 0, call.deadlineUs, (answer) =>
      store.write(points, answer),
    )
  return {
    ...storeOf(ground, party, region),
    upsert: write,
    remove: write,
    purge: (ids, call) =>
      exchange<void>(ground, party, region, 0, call.deadlineUs, (answer) =>
        store.purge(ids, answer),
      ),
  }
}

function logOf(ground: Ground, party: Party, region: RegionName): EventLog {
  const { log } = at(ground, region)
  const { dim } = ground.space
  return {
    append: (topic, changes, call) => {
      const bytes = changes.reduce((sum, change) => sum + changeBytes(change, dim), 64)
      return exchange<void>(ground, party, region, bytes, call.deadlineUs, (answer) =>
        log.append(topic, changes, answer),
      )
    },
    join: async (group, topics) => consumerOf(ground, party, region, group, topics),
    read: (topic, partition, offset, max, call) =>
      exchange(ground, party, region, 96, call.deadlineUs, (answer) =>
        log.read(topic, partition, offset, max, answer),
      ),
    edges: (topic, call) =>
      exchange(ground, party, region, 96, call.deadlineUs, (answer) => log.edges(topic, answer)),
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
        region,
        96,
        waitUs + POLL_GRACE_US,
        (answer) =>
          log.poll(
            { topics, positions, max, waitUs },
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
  to: RegionName,
  bytes: number,
  deadlineUs: Us,
  serve: (answer: Answer<T>) => void,
): Promise<T> {
  return ground.wire.exchange<T>({
    caller: party.process,
    from: party.region,
    to,
    channel: party.channel,
    bytes,
    deadlineUs,
    serve,
  })
}
