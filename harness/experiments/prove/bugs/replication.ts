import { SECOND } from '../../../model/units.ts'
import { contendedCut, crash, deletesInCut } from '../grounds.ts'
import type { PlantedBug } from '../planted-bug.ts'
import { brokenSystem, withConsumers } from '../seams.ts'

/** The way from one region to the others, and what is decided at its end. */

const skippedEvent: PlantedBug = {
  name: 'the consumer skips every 100th event',
  about: 'Some changes never reach the other region: it stays behind for good, nothing is lost.',
  ground: contendedCut,
  system: brokenSystem({
    terrain: (terrain) => {
      let seen = 0
      return withConsumers(terrain, (consumer) => ({
        poll: async (max, waitUs) =>
          (await consumer.poll(max, waitUs)).filter(() => ++seen % 100 !== 0),
      }))
    },
  }),
  mustFire: { 'regions-equal': 'fail' },
  // If the event skipped happens to be a delete.
  mayFire: ['resurrected-delete'],
  verdict: 'fail',
}

const forgottenDelete: PlantedBug = {
  name: 'a delete is forgotten on remote regions',
  about: 'The applier takes upserts only: what was deleted in one region lives on in the other.',
  ground: deletesInCut,
  system: brokenSystem({
    terrain: (terrain) => ({
      ...terrain,
      store: {
        ...terrain.store,
        async remove(tombstones, call) {
          const own = tombstones.filter(({ stamp }) => stamp.origin === terrain.region)
          if (own.length > 0) await terrain.store.remove(own, call)
        },
      },
    }),
  }),
  mustFire: { 'regions-equal': 'fail', 'resurrected-delete': 'fail' },
  mayFire: [],
  verdict: 'fail',
}

const droppedGuard: PlantedBug = {
  name: 'the version guard is dropped while a hybrid logical clock is declared',
  about: 'After a cut each region applies the other one’s writes as they come: they swap versions.',
  ground: contendedCut,
  system: brokenSystem({ knobs: (knobs) => ({ ...knobs, conflict: 'arrival-order' }) }),
  mustFire: { 'regions-equal': 'fail' },
  // The older version that arrives last may also be what a reader of the newer one sees next.
  mayFire: ['lost-writes', 'overwritten-real-time', 'read-your-writes', 'monotonic-reads'],
  verdict: 'fail',
}

const earlyCommit: PlantedBug = {
  name: 'the offset is committed before the change is applied, then the agent crashes',
  about:
    'What was polled and not applied at the crash is never read again: missing in that region.',
  ground: crash,
  system: brokenSystem({
    terrain: (terrain) =>
      withConsumers(terrain, (consumer) => ({
        async poll(max, waitUs) {
          const records = await consumer.poll(max, waitUs)
          await consumer.commit()
          return records
        },
      })),
  }),
  mustFire: { 'regions-equal': 'fail' },
  mayFire: ['resurrected-delete'],
  verdict: 'fail',
}

const earlyCollection: PlantedBug = {
  name: 'tombstones are collected after 4 s, sooner than a cut of 13 s ends',
  about: 'An older write arrives where its delete has been forgotten, and brings the point back.',
  ground: deletesInCut,
  system: brokenSystem({ knobs: (knobs) => ({ ...knobs, tombstonesUs: 4 * SECOND }) }),
  mustFire: {
    'tombstone-safety': 'fail',
    'regions-equal': 'fail',
    'resurrected-delete': 'fail',
  },
  mayFire: [],
  verdict: 'fail',
}

export const replicationBugs = [
  skippedEvent,
  forgottenDelete,
  droppedGuard,
  earlyCommit,
  earlyCollection,
]
