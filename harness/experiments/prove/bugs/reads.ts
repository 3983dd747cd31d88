import type { PointId, StoredPoint } from '../../../model/point.ts'
import { SECOND } from '../../../model/units.ts'
import type { Hit } from '../../../ports/store.ts'
import { calm, limited, mirrorPaused } from '../grounds.ts'
import type { PlantedBug } from '../planted-bug.ts'
import { brokenSystem } from '../seams.ts'

/** Bugs in what a reader is answered. */

/** Changes every 20th answer of a search. */
const everyTwentiethAnswer = (change: (hits: Hit[]) => Hit[]) => {
  let searches = 0
  return brokenSystem({
    agent: (agent) => ({
      ...agent,
      async search(ask, call) {
        const { hits } = await agent.search(ask, call)
        return { hits: ++searches % 20 === 0 ? change(hits) : hits }
      },
    }),
  })
}

const inventedPoint: PlantedBug = {
  name: 'a search invents a point',
  about: 'An id is returned that nobody ever wrote.',
  ground: calm,
  system: everyTwentiethAnswer((hits) => [
    ...hits.slice(0, -1),
    { id: 999_999, write: 999_999, distance: 2 },
  ]),
  mustFire: { 'invented-point': 'fail' },
  mayFire: [],
  verdict: 'fail',
}

const duplicateId: PlantedBug = {
  name: 'an id is in one answer twice',
  about: 'The best hit is returned again in the last place.',
  ground: calm,
  system: everyTwentiethAnswer((hits) => [...hits.slice(0, -1), ...hits.slice(0, 1)]),
  mustFire: { 'duplicate-id': 'fail' },
  mayFire: [],
  verdict: 'fail',
}

const staleCopy: PlantedBug = {
  name: 'fetches are answered from a copy as it was before the last write',
  about:
    'A client asks for what it wrote within the last two seconds and is given what was before.',
  ground: calm,
  system: brokenSystem({
    agent: (agent, { clock }) => {
      const copies = new Map<PointId, { point: StoredPoint | undefined; untilUs: number }>()
      return {
        ...agent,
        async write(request, call) {
          const { point } = await agent.fetch(request, call)
          copies.set(request.id, { point, untilUs: clock.elapsed() + 2 * SECOND })
          return agent.write(request, call)
        },
        async fetch(ask, call) {
          const copy = copies.get(ask.id)
          return copy && copy.untilUs > clock.elapsed()
            ? { point: copy.point }
            : agent.fetch(ask, call)
        },
      }
    },
  }),
  mustFire: { 'read-your-writes': 'fail' },
  // Who has seen the new version in a search sees the old one in a fetch.
  mayFire: ['monotonic-reads'],
  verdict: 'fail',
}

const twoReplicas: PlantedBug = {
  name: 'reads alternate between the own store and one that lags',
  about: 'A client sees the new version, and at its next look the old one again.',
  ground: mirrorPaused,
  system: brokenSystem({
    agent: (agent, { region, network }) => {
      if (region !== 'us') return agent
      const far = network.reach('eu').store
      let fetches = 0
      return {
        ...agent,
        async fetch(ask, call) {
          if (ask.client !== 'us/reader' || ++fetches % 2 === 1) return agent.fetch(ask, call)
          const [found] = await far.fetch([ask.id], 'strong', call)
          return { point: found }
        },
      }
    },
  }),
  mustFire: { 'monotonic-reads': 'fail' },
  mayFire: [],
  // No own write is missed: the reader writes nothing, and the writer reads its own region.
  verdict: 'fail',
}

const droppedBest: PlantedBug = {
  name: 'a search drops its best hit',
  about:
    'One in ten is missing although it was there to be found: recall 0.9, and the index did it.',
  ground: limited,
  system: brokenSystem({
    agent: (agent) => ({
      ...agent,
      search: async (ask, call) => ({ hits: (await agent.search(ask, call)).hits.slice(1) }),
    }),
  }),
  mustFire: {},
  mayFire: [],
  verdict: 'fail',
  also: ({ judgement, rows }) => {
    const limits = judgement.limits.map(({ verdict }) => verdict)
    const losses = rows('recall-loss', { phase: 'baseline', cause: 'index' })
    const tenths = losses.filter(({ value }) => Math.abs((value ?? 0) - 0.1) < 0.005)
    return [
      ...(judgement.exitCode === 1
        ? []
        : [`the exit code should be 1 and is ${judgement.exitCode}`]),
      ...(limits.join() === 'fail,fail'
        ? []
        : [`the limit should fail in both regions; it says ${limits.join(', ')}`]),
      ...(losses.length > 0 && tenths.length === losses.length
        ? []
        : [`a tenth should be lost to the index; it says ${JSON.stringify(losses)}`]),
    ]
  },
}

export const readBugs = [inventedPoint, duplicateId, staleCopy, twoReplicas, droppedBest]
