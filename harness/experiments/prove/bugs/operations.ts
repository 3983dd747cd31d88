import type { FaultPlan } from '../../../model/fault.ts'
import { promised } from '../../../model/guarantees.ts'
import { allHazards } from '../../../model/hazard.ts'
import { keptByAll } from '../../../model/layout.ts'
import type { WriteId } from '../../../model/point.ts'
import { SECOND } from '../../../model/units.ts'
import { calm, mirrorPaused } from '../grounds.ts'
import type { PlantedBug } from '../planted-bug.ts'
import { brokenSystem, withConsumers } from '../seams.ts'

/** What is carried between regions, and how often. */

const noRetention: PlantedBug = {
  name: 'logs are kept for 3 s, and a mirror stands still for ten',
  about: 'What retention took before the mirror came back reaches the other region never.',
  ground: mirrorPaused,
  plan: (plan) => ({ ...plan, log: { ...plan.log, retentionUs: 3 * SECOND } }),
  mustFire: { 'mirror-gap': 'fail', 'regions-equal': 'fail' },
  // If what is left out is a delete.
  mayFire: ['resurrected-delete'],
  verdict: 'fail',
}

const silentStall: PlantedBug = {
  name: 'a mirror stands still from the 16th second on, and no fault says so',
  about: 'Nothing reports an error: one log grows and its copy does not.',
  ground: calm,
  world: (world) => ({
    ...world,
    async start(stop) {
      await world.start(stop)
      const stall: FaultPlan = {
        kind: 'mirror-pause',
        name: 'stall',
        links: [{ from: 'us', to: 'eu' }],
        atUs: 16 * SECOND,
        untilUs: 60 * SECOND,
      }
      void world.clock.until(stall.atUs).then(() => world.faults.inject(stall))
    },
  }),
  mustFire: { 'replication-stopped': 'fail', 'regions-equal': 'fail' },
  mayFire: ['resurrected-delete'],
  verdict: 'fail',
}

const echo: PlantedBug = {
  name: 'an applier puts what it reads into its own log as well',
  about: 'A copy goes home: every write comes back to the log it was first put into.',
  ground: calm,
  system: brokenSystem({
    terrain: (terrain) => {
      const put = new Set<WriteId>()
      return withConsumers(terrain, (consumer) => ({
        async poll(max, waitUs) {
          const records = await consumer.poll(max, waitUs)
          const foreign = records
            .map(({ change }) => change)
            .filter(({ origin, write }) => origin !== terrain.region && !put.has(write))
          for (const { write } of foreign) put.add(write)
          const call = { op: 0, deadlineUs: 5 * SECOND }
          if (foreign.length > 0) await terrain.log.append('embeddings', foreign, call)
          return records
        },
      }))
    },
  }),
  mustFire: { 'mirror-cycle': 'fail' },
  mayFire: [],
  verdict: 'fail',
}

const commitsGoBack: PlantedBug = {
  name: 'a second consumer of a group commits where it began',
  about: 'The group’s offsets go back although nothing started again: a crash would repeat it all.',
  ground: calm,
  system: brokenSystem({
    terrain: (terrain) => ({
      ...terrain,
      log: {
        ...terrain.log,
        async join(group, topics) {
          const second = await terrain.log.join(group, topics)
          void terrain.clock.sleep(15 * SECOND).then(() => second.commit())
          return terrain.log.join(group, topics)
        },
      },
    }),
  }),
  mustFire: { 'partition-order': 'fail' },
  mayFire: [],
  verdict: 'fail',
}

const appliedTwice: PlantedBug = {
  name: 'a store is given every version twice',
  about: 'No harm is done to what it holds, but the system promises to notice.',
  ground: calm,
  system: brokenSystem({
    promises: { singleApply: promised(true, allHazards) },
    terrain: (terrain) => ({
      ...terrain,
      store: {
        ...terrain.store,
        async upsert(points, call) {
          await terrain.store.upsert(points, call)
          await terrain.store.upsert(points, call)
        },
      },
    }),
  }),
  mustFire: { 'double-apply': 'fail' },
  mayFire: [],
  verdict: 'fail',
}

const chatter: PlantedBug = {
  name: 'every change is sent to the other region fifty times over',
  about: 'All of it arrives and is found to be there: only the bytes on the link tell.',
  ground: calm,
  system: brokenSystem({
    promises: { amplification: promised(8, allHazards) },
    knobs: (knobs) => ({ ...knobs, fanOut: 'on' }),
    terrain: (terrain) => ({
      ...terrain,
      network: {
        ...terrain.network,
        async call(to, message, deadlineUs) {
          for (let i = 1; i < 50; i++)
            terrain.network.call(to, message, deadlineUs).catch(() => undefined)
          return terrain.network.call(to, message, deadlineUs)
        },
      },
    }),
  }),
  mustFire: { amplification: 'fail' },
  mayFire: [],
  verdict: 'fail',
}

const emigrants: PlantedBug = {
  name: 'points pinned to one region are copied to the other like all the rest',
  about: 'Every tenth id must not leave us; the log that carries it is mirrored to eu.',
  ground: calm,
  system: brokenSystem({
    layout: (regions) => ({
      ...keptByAll(regions),
      pinned: (id) => (id % 10 === 0 ? ['us'] : null),
    }),
  }),
  mustFire: { residency: 'fail' },
  mayFire: [],
  verdict: 'fail',
}

export const operationBugs = [
  noRetention,
  silentStall,
  echo,
  commitsGoBack,
  appliedTwice,
  chatter,
  emigrants,
]
