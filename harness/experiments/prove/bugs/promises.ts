import { promised } from '../../../model/guarantees.ts'
import { allHazards } from '../../../model/hazard.ts'
import { SECOND } from '../../../model/units.ts'
import type { SearchAsk } from '../../../ports/system.ts'
import { calm, mirrorPaused } from '../grounds.ts'
import type { PlantedBug } from '../planted-bug.ts'
import { brokenSystem } from '../seams.ts'

/** Systems that promise more of their answers than they keep. */

const silentStaleness: PlantedBug = {
  name: 'answers are promised to be at most 2 s old, and nothing ever calls itself stale',
  about:
    'A mirror stands still for ten seconds; reads of the region behind it go on as if nothing was.',
  ground: mirrorPaused,
  system: brokenSystem({ promises: { stalenessUs: promised(2 * SECOND, allHazards) } }),
  mustFire: { 'bounded-staleness': 'fail' },
  mayFire: [],
  verdict: 'fail',
}

const silentPart: PlantedBug = {
  name: 'an answer lacks a shard and does not say so',
  about: 'Two shards are asked, and every 20th answer is made of one of them.',
  ground: calm,
  system: brokenSystem({
    promises: { flagsPartial: promised(true, allHazards) },
    agent: (agent) => {
      let searches = 0
      return {
        ...agent,
        async search(ask: SearchAsk, call) {
          const found = await agent.search(ask, call)
          const answered = ++searches % 20 === 0 ? [0] : [0, 1]
          return { ...found, shards: { asked: [0, 1], answered } }
        },
      }
    },
  }),
  mustFire: { 'partial-flagged': 'fail' },
  mayFire: [],
  verdict: 'fail',
}

const quorumOfOne: PlantedBug = {
  name: 'a quorum of two is declared, and one region is enough',
  about: 'Each write is acknowledged as soon as its own region has it.',
  ground: calm,
  system: brokenSystem({
    promises: { quorum: promised({ write: 2, read: 1, of: 2 }, allHazards) },
  }),
  mustFire: { 'quorum-intersection': 'fail' },
  mayFire: [],
  verdict: 'fail',
}

const twoPrimaries: PlantedBug = {
  name: 'a primary goes on accepting writes after another has taken over',
  about: 'eu takes over after ten seconds under epoch 2; us never learns of it.',
  ground: calm,
  system: brokenSystem({
    promises: { onePrimary: promised(true, allHazards) },
    agent: (agent, { region, clock, journal }) => {
      const epoch = region === 'us' ? 1 : 2
      const fromUs = region === 'us' ? 0 : 10 * SECOND
      let primary = false
      void clock.sleep(fromUs).then(() => {
        primary = true
        journal.epoch('acquired', epoch)
      })
      return {
        ...agent,
        async write(request, call) {
          const notes = await agent.write(request, call)
          if (primary) journal.epoch('accepted', epoch, request.op, request.id)
          return notes
        },
      }
    },
  }),
  mustFire: { 'fenced-primary': 'fail' },
  mayFire: [],
  verdict: 'fail',
}

export const promiseBugs = [silentStaleness, silentPart, quorumOfOne, twoPrimaries]
