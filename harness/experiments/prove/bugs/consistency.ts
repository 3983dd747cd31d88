import { promised } from '../../../model/guarantees.ts'
import { allHazards } from '../../../model/hazard.ts'
import type { PointId, StoredPoint } from '../../../model/point.ts'
import { MS, SECOND, type Us } from '../../../model/units.ts'
import type { LogRecord } from '../../../ports/log.ts'
import { APART, fault, fetch, groundOf, load, ROWS, upsert, type Wanted } from '../ground.ts'
import { contendedCut } from '../grounds.ts'
import type { PlantedBug } from '../planted-bug.ts'
import { brokenSystem, withConsumers } from '../seams.ts'

const links = [
  { from: 'us', to: 'eu' },
  { from: 'eu', to: 'us' },
]
const keys = { fresh: 0.5, existing: 0.5, contended: 0, contendedCount: 0 }
const writers = { upsertPerSec: 8, deletePerSec: 0.5, fetchOwn: 0.5, keys }
const slow = fault('slow link', [8, 14], { kind: 'latency', links, addUs: 30 * MS })

/** Both regions write the same points at once; in each somebody reads before the other's write can be there, and after. */
const atOnce = groundOf(
  'writes at once',
  { load: [load(writers), load({ region: 'eu', ...writers })], faults: [slow] },
  Array.from({ length: 5 }, (_, i): Wanted[] => {
    const id = APART + i
    const us = (4 + i) * SECOND
    return ['us', 'eu'].flatMap((region, r) => [
      upsert(region, us, { id, row: ROWS + 10 * i + r }),
      ...[20 * MS, 1500 * MS, 3000 * MS].map((later) =>
        fetch(region, us + later, { id, client: `${region}/reader` }),
      ),
    ])
  }).flat(),
  ['linearizable'],
)

/** Somebody in `eu` reads what `us` wrote and writes an answer; somebody in `ap` reads again and again. */
const replies = groundOf(
  'replies',
  {
    regions: ['us', 'eu', 'ap'],
    load: [
      load(writers),
      load({ region: 'eu', ...writers }),
      load({ region: 'ap', ...writers, upsertPerSec: 1 }),
    ],
    faults: [slow],
  },
  Array.from({ length: 5 }, (_, i): Wanted[] => {
    const id = APART + i
    const us: Us = (4 + i) * SECOND
    return [
      upsert('us', us, { id, row: ROWS + i }),
      fetch('eu', us + 500 * MS, { id, client: 'eu/writer' }),
      upsert('eu', us + 800 * MS, { id, row: ROWS + 10 + i }),
      ...Array.from({ length: 10 }, (_, turn) =>
        fetch('ap', us + 1500 * MS + turn * 500 * MS, { id, client: 'ap/reader' }),
      ),
    ]
  }).flat(),
)

/** One client of a region writes some points again and again, and another one there reads them. */
const readByOthers = groundOf(
  'read by others',
  { load: [load(writers), load({ region: 'eu', ...writers })], faults: [slow] },
  Array.from({ length: 5 }, (_, i): Wanted[] => {
    const id = APART + i
    const us: Us = (4 + i) * SECOND
    return [0, 1, 2].flatMap((turn) => [
      upsert('us', us + 2 * turn * SECOND, { id, row: ROWS + 10 * turn + i }),
      ...[200 * MS, 900 * MS].map((later) =>
        fetch('us', us + 2 * turn * SECOND + later, { id, client: 'us/reader' }),
      ),
    ])
  }).flat(),
)

/** In which order who is shown what. */

type Copy = { client: string; point: StoredPoint | undefined; untilUs: Us }

const copyForOthers: PlantedBug = {
  name: 'whoever did not write a point is shown it as it was before, for a second',
  about:
    'Writers read their writes and nobody goes back, but a write is not there when it is acknowledged.',
  ground: readByOthers,
  system: brokenSystem({
    promises: { linearizable: promised(true, allHazards) },
    agent: (agent, { clock }) => {
      const copies = new Map<PointId, Copy>()
      return {
        ...agent,
        async write(request, call) {
          const { point } = await agent.fetch(request, call)
          const untilUs = clock.elapsed() + SECOND
          copies.set(request.id, { client: request.client, point, untilUs })
          return agent.write(request, call)
        },
        async fetch(ask, call) {
          const copy = copies.get(ask.id)
          return copy && copy.client !== ask.client && copy.untilUs > clock.elapsed()
            ? { point: copy.point }
            : agent.fetch(ask, call)
        },
      }
    },
  }),
  mustFire: { linearizable: 'fail' },
  mayFire: [],
  verdict: 'fail',
}

const eachItsOwnOrder: PlantedBug = {
  name: 'one order for all is promised, and each region takes writes as they come',
  about: 'Of two writes at once the readers of each region are shown their own first.',
  ground: atOnce,
  system: brokenSystem({
    promises: { sequential: promised(true, allHazards) },
    knobs: (knobs) => ({ ...knobs, conflict: 'arrival-order' }),
  }),
  mustFire: { sequential: 'fail', 'regions-equal': 'fail' },
  mayFire: [],
  verdict: 'fail',
}

const reversedBatches: PlantedBug = {
  name: 'the applier takes each batch from its end',
  about:
    'After a cut the last write of a client is applied first and gives way to those before it.',
  ground: contendedCut,
  system: brokenSystem({
    promises: { monotonicWrites: promised(true, allHazards) },
    knobs: (knobs) => ({ ...knobs, conflict: 'arrival-order' }),
    terrain: (terrain) =>
      withConsumers(terrain, (consumer) => ({
        poll: async (max, waitUs) => (await consumer.poll(max, waitUs)).reverse(),
      })),
  }),
  mustFire: { 'monotonic-writes': 'fail', 'regions-equal': 'fail' },
  // What was overwritten is missed by those who wrote it or saw it.
  mayFire: [
    'lost-writes',
    'overwritten-real-time',
    'read-your-writes',
    'monotonic-reads',
    'resurrected-delete',
  ],
  verdict: 'fail',
}

const overtakenByReplies: PlantedBug = {
  name: 'a mirror lets replies overtake what they answer',
  about: 'What us wrote comes to ap 3 s late, after the answer to it from eu, and takes its place.',
  ground: replies,
  system: brokenSystem({
    promises: { causal: promised(true, allHazards), writesFollowReads: promised(true, allHazards) },
    knobs: (knobs) => ({ ...knobs, conflict: 'arrival-order' }),
    terrain: (terrain) => {
      if (terrain.region !== 'ap') return terrain
      const held: { record: LogRecord; untilUs: Us }[] = []
      return withConsumers(terrain, (consumer) => ({
        async poll(max, waitUs) {
          const now = terrain.clock.elapsed()
          const due: LogRecord[] = []
          while (held[0] && held[0].untilUs <= now)
            due.push((held.shift() as (typeof held)[0]).record)
          for (const record of await consumer.poll(max, waitUs))
            if (record.change.origin !== 'us') due.push(record)
            else held.push({ record, untilUs: now + 3 * SECOND })
          return due
        },
      }))
    },
  }),
  mustFire: { causal: 'fail', 'writes-follow-reads': 'fail', 'regions-equal': 'fail' },
  // The same reader sees it, and at last ap keeps what was answered.
  mayFire: ['monotonic-reads'],
  verdict: 'fail',
}

export const consistencyBugs = [copyForOthers, eachItsOwnOrder, reversedBatches, overtakenByReplies]
