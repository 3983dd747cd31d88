import { MS, SECOND } from '../../model/units.ts'
import { APART, fault, fetch, groundOf, load, ROWS, remove, upsert, type Wanted } from './ground.ts'
import { aProfile } from './plain-plan.ts'

const usToEu = { from: 'us', to: 'eu' }
const both = [usToEu, { from: 'eu', to: 'us' }]

const mixed = { fresh: 0.5, existing: 0.5, contended: 0, contendedCount: 0 }
/** Every write makes a point of its own. */
const apart = { ...mixed, fresh: 1, existing: 0 }
const writers = { upsertPerSec: 8, deletePerSec: 0.5, fetchOwn: 0.5, keys: mixed }

/** Nothing is wrong but a link that is a little slower for a while. */
export const calm = groundOf('calm', {
  load: [load(writers), load({ region: 'eu', ...writers })],
  faults: [fault('slow link', [8, 14], { kind: 'latency', links: both, addUs: 30 * MS })],
})

/** The same with a limit on recall, and searches enough to tell 0.9 from 0.99 by it. */
export const limited = groundOf('limited', {
  load: [
    load({ ...writers, searchPerSec: 60 }),
    load({ region: 'eu', ...writers, searchPerSec: 60 }),
  ],
  faults: calm.plan.faults,
  limits: [
    {
      metric: 'recall',
      stat: { kind: 'mean' },
      bound: 'at-least',
      value: 0.95,
      region: null,
      link: null,
      phase: 'baseline',
      operation: null,
      pool: false,
      confidence: 0.95,
      text: 'recall mean >= 0.95 in baseline',
    },
  ],
})

/** A cut of ten seconds; all the while both regions write the same five points. */
export const contendedCut = groundOf(
  'contended cut',
  {
    load: [load(writers), load({ region: 'eu', ...writers })],
    faults: [fault('cut', [6, 16], { kind: 'partition', links: both })],
  },
  Array.from({ length: 40 }, (_, i) =>
    upsert(i % 2 === 0 ? 'us' : 'eu', 7 * SECOND + i * 200 * MS, {
      id: APART + (Math.floor(i / 2) % 5),
      row: ROWS + i,
    }),
  ),
  ['linearizable'],
)

/** A cut during which one region changes a point and the other deletes it a little later. */
export const deletesInCut = groundOf(
  'deletes in a cut',
  {
    load: [load(writers), load({ region: 'eu', ...writers })],
    faults: [fault('cut', [5, 18], { kind: 'partition', links: both })],
  },
  Array.from({ length: 5 }, (_, i): Wanted[] => {
    const id = APART + i
    return [
      upsert('us', 3 * SECOND + i * 100 * MS, { id, row: ROWS + i }),
      upsert('eu', 7 * SECOND + i * 100 * MS, { id, row: ROWS + 10 + i }),
      remove('us', 9 * SECOND + i * 100 * MS, { id }),
    ]
  }).flat(),
  ['linearizable'],
)

/**
 * `eu` crashes under writes and is back within seconds; nobody reads there, so that fail-over breaks no session.
 * Mirrors note where they are at once: a mirror that repeats the last second would make good what was skipped.
 */
export const crash = groundOf('crash', {
  mirror: { delivery: 'at-least-once', flushUs: 20 * MS },
  profile: aProfile({ restartUs: SECOND, loadedUs: 2 * SECOND }),
  load: [
    load({ ...writers, upsertPerSec: 30 }),
    load({ region: 'eu', searchPerSec: 0, upsertPerSec: 30, keys: mixed }),
  ],
  faults: [fault('crash', [8, 11], { kind: 'region-crash', region: 'eu' })],
})

/**
 * The clock of `us` runs 20 s ahead, its agent dies, the clock comes back, and the agent overwrites what it wrote
 * before: it must stamp above its own past. Nobody else writes who could tell it the time.
 */
export const clockBack = groundOf(
  'clock set back',
  {
    profile: aProfile({ restartUs: SECOND, loadedUs: 2 * SECOND }),
    load: [load({ upsertPerSec: 0 }), load({ region: 'eu', upsertPerSec: 0 })],
    faults: [
      fault('ahead', [3, 14], {
        kind: 'clock-skew',
        region: 'us',
        offsetUs: 20 * SECOND,
        driftPpm: 0,
      }),
      fault('crash', [9, 10], { kind: 'region-crash', region: 'us' }),
    ],
  },
  [5, 16].flatMap((fromSec, round) => [
    remove('us', fromSec * SECOND, { id: round }),
    ...Array.from({ length: 10 }, (_, i): Wanted[] => {
      const us = fromSec * SECOND + i * 200 * MS
      const id = APART + i
      return [
        upsert('us', us, { id, row: ROWS + 10 * round + i }),
        fetch('us', us + 500 * MS, { id, client: 'us/writer' }),
      ]
    }).flat(),
  ]),
)

/** `eu` gets nothing from `us` for ten seconds, while one client of `us` writes and another reads again and again. */
export const mirrorPaused = groundOf(
  'mirror paused',
  {
    load: [load(writers), load({ region: 'eu', ...writers })],
    faults: [fault('pause', [6, 16], { kind: 'mirror-pause', links: [usToEu] })],
  },
  Array.from({ length: 5 }, (_, i): Wanted[] => {
    const id = APART + i
    return [
      upsert('us', 4 * SECOND + i * 10 * MS, { id, row: ROWS + i }),
      upsert('us', 8 * SECOND + i * 10 * MS, { id, row: ROWS + 10 + i }),
      ...Array.from({ length: 8 }, (_, turn) =>
        fetch('us', 9 * SECOND + turn * 600 * MS + i * 70 * MS, { id, client: 'us/reader' }),
      ),
    ]
  }).flat(),
  ['linearizable'],
)

/** A skewed wall clock in `us`; `eu` changes what `us` has changed before it, after having received it. */
export const skewed = groundOf(
  'skewed clock',
  {
    load: [load(writers), load({ region: 'eu', ...writers })],
    faults: [
      fault('ahead', [4, 24], {
        kind: 'clock-skew',
        region: 'us',
        offsetUs: 5 * SECOND,
        driftPpm: 0,
      }),
    ],
  },
  Array.from({ length: 8 }, (_, i): Wanted[] => [
    upsert('us', 7 * SECOND + i * 50 * MS, { id: APART + i, row: ROWS + i }),
    upsert('eu', 9 * SECOND + i * 50 * MS, { id: APART + i, row: ROWS + 10 + i }),
  ]).flat(),
)

/** During a cut `us` writes some points, and `eu` the same ones two seconds later. */
export const oneAfterTheOther = groundOf(
  'one after the other in a cut',
  {
    load: [load({ ...writers, keys: apart }), load({ region: 'eu', ...writers, keys: apart })],
    faults: [fault('cut', [6, 12], { kind: 'partition', links: both })],
  },
  Array.from({ length: 6 }, (_, i): Wanted[] => [
    upsert('us', 7 * SECOND + i * 50 * MS, { id: APART + i, row: ROWS + i }),
    upsert('eu', 9 * SECOND + i * 50 * MS, { id: APART + i, row: ROWS + 10 + i }),
  ]).flat(),
)

/** `eu` loses its disks and comes back from its last snapshot and what `us` has copied of its log since. */
export const burnt = groundOf('burnt', {
  system: { kind: 'active-active-cdc', knobs: { ack: 'log', snapshotEveryUs: 3 * SECOND } },
  profile: aProfile({ restartUs: SECOND, loadedUs: 2 * SECOND }),
  load: [load(writers), load({ region: 'eu', ...writers })],
  faults: [fault('burnt', [8, 11], { kind: 'region-loss', region: 'eu' })],
})
