import { MS, SECOND, type Us } from '../../model/units.ts'
import { APART, fault, fetch, groundOf, load, ROWS, upsert, type Wanted } from './ground.ts'

const links = [
  { from: 'us', to: 'eu' },
  { from: 'eu', to: 'us' },
]
const keys = { fresh: 0.5, existing: 0.5, contended: 0, contendedCount: 0 }
const writers = { upsertPerSec: 8, deletePerSec: 0.5, fetchOwn: 0.5, keys }
const slow = fault('slow link', [8, 14], { kind: 'latency', links, addUs: 30 * MS })

/** Both regions write the same points at once; in each somebody reads before the other's write can be there, and after. */
export const atOnce = groundOf(
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
export const replies = groundOf(
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
export const readByOthers = groundOf(
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
