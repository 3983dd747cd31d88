import { MS, type Us } from '../../../model/units.ts'
import type { World } from '../../../ports/world.ts'
import { calm, contendedCut, crash } from '../grounds.ts'
import type { PlantedBug } from '../planted-bug.ts'

/** The run itself: who acted, whether faults bit, whether the load came as planned. */

const zombie: PlantedBug = {
  name: 'a restarted agent acts under the number of its dead incarnation',
  about: 'As if the process that died had gone on writing.',
  ground: crash,
  launch: (launch) => (ports, _incarnation, now) => launch(ports, 1, now),
  mustFire: { 'zombie-writes': 'fail' },
  mayFire: [],
  verdict: 'fail',
}

const emptyFault: PlantedBug = {
  name: 'a fault is reported as injected and does nothing',
  about: 'The run says nothing about the fault it was meant to survive: no evidence, no pass.',
  ground: contendedCut,
  world: (world) => ({
    ...world,
    faults: { ...world.faults, inject: async () => ({ heal: async () => {} }) },
  }),
  mustFire: { 'faults-confirmed': 'unknown' },
  mayFire: [],
  verdict: 'unknown',
}

const endlessFault: PlantedBug = {
  name: 'a fault is never healed',
  about: 'The cut lasts to the end: no canary sees it end, and the regions stay apart.',
  ground: contendedCut,
  world: (world) => ({
    ...world,
    faults: {
      ...world.faults,
      async inject(fault) {
        await world.faults.inject(fault)
        return { heal: async () => {} }
      },
    },
  }),
  mustFire: {
    'faults-confirmed': 'unknown',
    'regions-equal': 'fail',
    // The plan says that nothing is in the way any more.
    'replication-stopped': 'fail',
  },
  // A delete in one region is not one in the other.
  mayFire: ['resurrected-delete'],
  verdict: 'fail',
}

const countedOut: PlantedBug = {
  name: 'five nines are asked of a few hundred operations',
  about:
    'Nothing failed, and that is no evidence: so few operations cannot tell 99.999 % from 99 %.',
  ground: calm,
  plan: (plan) => ({
    ...plan,
    limits: [
      {
        ...{ metric: 'availability', stat: { kind: 'value' }, bound: 'at-least', value: 0.99999 },
        ...{ region: null, link: null, phase: null, operation: null, pool: false },
        ...{ confidence: 0.95, text: 'availability >= 99.999%' },
      },
    ],
  }),
  mustFire: {},
  mayFire: [],
  verdict: 'unknown',
  also: ({ judgement }) =>
    judgement.limits.some(({ measured, verdict }) => measured === 1 && verdict === 'unknown')
      ? []
      : ['the limit should be unknown although nothing failed'],
}

const LATE_US: Us = 200 * MS

const slowGenerator: PlantedBug = {
  name: 'the generator is 200 ms late with everything',
  about: 'What it measures is its own slowness: the run is invalid, however good the answers are.',
  ground: calm,
  world: (world: World) => ({
    ...world,
    clock: {
      now: () => world.clock.now(),
      until: (us) => world.clock.until(us + LATE_US),
    },
  }),
  mustFire: { 'generator-valid': 'invalid', 'regions-equal': 'invalid' },
  // Whatever else measures time is as invalid, where it says anything here.
  mayFire: ['replication-stopped', 'bounded-staleness', 'faults-confirmed'],
  verdict: 'invalid',
}

const tooFastLinks: PlantedBug = {
  name: 'the echoes of canaries come back before a link can have carried them',
  about:
    'As real proxies did that passed on at once what they held: no time of such a run means anything.',
  ground: calm,
  world: (world: World) => ({
    ...world,
    probes: Object.assign(Object.create(world.probes), {
      echo: async () => ({ ok: true, arrived: true }),
    }),
  }),
  mustFire: { 'links-as-planned': 'invalid', 'faults-confirmed': 'invalid' },
  mayFire: ['replication-stopped', 'bounded-staleness', 'regions-equal'],
  verdict: 'invalid',
}

export const harnessBugs = [
  ...[zombie, emptyFault, endlessFault],
  ...[countedOut, slowGenerator, tooFastLinks],
]
