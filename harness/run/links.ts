import type { PointId, StoredPoint } from '../model/point.ts'
import type { CarriedEvent } from '../model/record.ts'
import type { RegionName, Us } from '../model/units.ts'
import type { Network, Serving } from '../ports/network.ts'
import { OPERATION } from '../ports/system.ts'

/** Who looks at a link: where the agent is, which points are pinned, and where to tell what crossed. */
type LinkWatch = {
  region: RegionName
  isPinned: (id: PointId) => boolean
  emit: (event: CarriedEvent) => void
  now: () => Us
}

/**
 * An agent's network that tells of every vector of a pinned point that comes to its region: in the answer to a call, in a
 * message it serves, and in what it reads of another region's store or log. A message that never arrived is not recorded.
 * A user's own operation is no business of residency: it is the user who sent it there.
 */
export function watchedNetwork<N extends Network & Serving>(network: N, watch: LinkWatch): N {
  const { region, isPinned, emit, now } = watch
  const arrived = (from: RegionName, body: unknown) => {
    if (from === region) return
    const ids = [...new Set(vectorsIn(body))].filter(isPinned)
    if (ids.length > 0) emit({ type: 'carried', t: now(), from, to: region, ids })
  }
  /** The same answer, once it has been looked at. */
  const seen = async <T>(from: RegionName, answer: Promise<T>): Promise<T> => {
    const body = await answer
    arrived(from, body)
    return body
  }
  return {
    ...network,
    call: (to, message, deadlineUs) => seen(to, network.call(to, message, deadlineUs)),
    serve: (kind, handler) =>
      network.serve(kind, (message, from) => {
        if (kind !== OPERATION) arrived(from, message.body)
        return handler(message, from)
      }),
    reach(to) {
      const { store, log } = network.reach(to)
      if (to === region) return { store, log }
      return {
        store: {
          search: (request, call) => store.search(request, call),
          fetch: (ids, consistency, call) => seen(to, store.fetch(ids, consistency, call)),
          scan: (call) => seen(to, store.scan(call)),
        },
        log: {
          append: (topic, changes, call) => log.append(topic, changes, call),
          edges: (topic, call) => log.edges(topic, call),
          read: (topic, partition, offset, max, call) =>
            seen(to, log.read(topic, partition, offset, max, call)),
          async join(group, topics) {
            const consumer = await log.join(group, topics)
            return {
              poll: (max, waitUs) => seen(to, consumer.poll(max, waitUs)),
              commit: () => consumer.commit(),
            }
          },
        },
      }
    },
  }
}

/**
 * Ids of all points with a vector anywhere in a message: what has an id and a row stands for one, stamped or not. A
 * tombstone has no row, and neither has a point whose vector was left at home.
 */
function* vectorsIn(body: unknown): Iterable<PointId> {
  if (typeof body !== 'object' || body === null) return
  if (isPoint(body)) {
    if (body.row >= 0) yield body.id
    return
  }
  for (const part of Object.values(body)) yield* vectorsIn(part)
}

const isPoint = (body: object): body is Pick<StoredPoint, 'id' | 'row'> =>
  'id' in body && typeof body.id === 'number' && 'row' in body && typeof body.row === 'number'
