import { expect, test } from 'vitest'
import { Rng } from '../../../../harness/base/rng.ts'
import type { LoadPlan } from '../../../../harness/model/plan.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { loadPlan } from '../../../../harness/scenario/load.ts'
import { readRates } from '../../../../harness/scenario/parts/rate-file.ts'
import { arrivalsText } from '../../../../harness/scenario/shown/timeline.ts'
import { formatProblem } from '../../../../harness/scenario/yaml/problem.ts'
import { arrivalTimes } from '../../../../harness/workload/arrivals.ts'
import { aScenario, known, planOf } from '../known.ts'

const timeline = 'timeline: { warmup: 10s, run: 90s, settle: 5s }'

/** A load whose arrivals follow this file; µs of a plan. */
const scenario = (replay: string) =>
  aScenario({
    load: `load: [{ in: us, search: 100/s, arrivals: { replay: ${replay} } }]`,
    timeline,
  })
const beside = (csv: string) => ({ ...known, fileBeside: () => ({ file: 'r.csv', text: csv }) })
const loadOf = (csv: string, replay = '{ file: r.csv }'): LoadPlan =>
  planOf(scenario(replay), {}, beside(csv)).load[0] as LoadPlan
const wrong = (csv: string, replay = '{ file: r.csv }', there = beside(csv)): string => {
  const result = loadPlan(scenario(replay), 'x.yaml', there, {})
  return 'problems' in result ? result.problems.map(formatProblem).join('\n') : ''
}

/** How many arrive in each ten seconds from the end of warm-up on. */
function counts(load: LoadPlan): number[] {
  const found = Array.from({ length: 9 }, () => 0)
  for (const us of arrivalTimes(load, 'search', 100 * SECOND, new Rng(7))) {
    const bin = Math.floor((us - 10 * SECOND) / (10 * SECOND))
    if (bin >= 0) found[bin] = (found[bin] as number) + 1
  }
  return found
}

test('arrivals follow the rows of a file, the highest of which becomes the rate of the load', () => {
  const load = loadOf('t,rps\n0,200\n30,400\n60,0\n')
  const [a, b, c, d, e, f, ...night] = counts(load) as number[]
  for (const half of [a, b, c]) expect(Math.abs((half as number) - 500)).toBeLessThan(90)
  for (const full of [d, e, f]) expect(Math.abs((full as number) - 1000)).toBeLessThan(130)
  expect(night).toEqual([0, 0, 0])
  expect(arrivalsText(load)).toBe(
    '3 rates of r.csv in 90s: its highest, 400/s, becomes 100%, the mean 50%; the last is held to the end',
  )
})

test('a rate jumps where a row begins, and holds in between', () => {
  expect(loadOf('t,rps\n0,200\n30,400\n60,100\n').arrivals).toMatchObject({
    ...{ kind: 'stages', startUs: 10 * SECOND, from: 0.5 },
    stages: [
      { target: 0.5, forUs: 30 * SECOND },
      { target: 1, forUs: 0 },
      { target: 1, forUs: 30 * SECOND },
      { target: 0.25, forUs: 0 },
      { target: 0.25, forUs: 30 * SECOND },
    ],
  })
})

test('a day in a file passes as fast as its reader wants', () => {
  const day = 'Time;Value\n2026-11-29 00:00:00;50\n2026-11-29 12:00;100\n'
  expect(loadOf(day, '{ file: r.csv, speed: 960 }').arrivals).toMatchObject({
    stages: [{ forUs: 45 * SECOND }, { forUs: 0 }, { forUs: 45 * SECOND }],
  })
})

test.each([
  ['seconds since 1970', '1764460800', '1764464400'],
  ['milliseconds since 1970', '1764460800000', '1764464400000'],
  ['durations', '0s', '1h'],
  ['dates', '2026-11-30T00:00:00Z', '2026-11-30T01:00:00.000Z'],
  ['dates of a zone', '2026-11-30T00:00:00+01:00', '2026-11-30 01:00:00+01:00'],
  ['dates over the change of a day', '2026-11-29 23:30', '2026-11-30 00:30'],
])('times may be %s', (_, first, second) => {
  const read = readRates({ file: 'r.csv', text: `time,rate\n${first},1\n${second},2\n` })
  expect(read).toMatchObject({ rows: [{ us: 0 }, { us: 3_600 * SECOND, perSec: 2 }] })
})

test.each([
  ['', 'r.csv:1:1: this file is empty. Begin with time,rate'],
  [
    't,search,upsert\n0,1,2\n1,1,2\n',
    'r.csv:1:10: expected a column of times and one of rates, found t, search',
  ],
  ['0,1\n1,2\n', 'r.csv:1:1: the first row has to name the columns'],
  ['t,rate\n0,1\n', 'r.csv:1:1: a shape needs two rows of rates or more'],
  ['t,rate\n0,1\n5,x\n', 'r.csv:3:3: '],
  ['t,rate\n0,1\nsoon,2\n', 'r.csv:3:1: "soon" is not a time. Begin with time,rate'],
  ['t,rate\n0,1\n5,-3\n', 'r.csv:3:3: a rate cannot be below 0, and this is -3'],
  ['t,rate\n5,1\n5,3\n', 'r.csv:3:1: 5 is not after the row before it. Sort the rows by time.'],
  ['t,rate\n0,1\n5\n', 'r.csv:3:1: expected 2 cells in this row, found 1'],
  ['t,rate\n0,0\n5,0\n', 'r.csv:2:3: every rate in this file is 0, so no operations arrive'],
  ['t,rate\n0,1\n2026-02-31T99:00,1\n', 'r.csv:3:1: "2026-02-31T99:00" is not a time'],
])('a file that cannot be meant is refused at its cell (%j)', (csv, said) => {
  expect(wrong(csv)).toContain(said)
})

test('a file longer than the run is refused, and a speed that fits is said', () => {
  const day = 't,rate\n0s,1\n12h,2\n'
  expect(wrong(day)).toContain(
    '2 rows of "r.csv" last 24h, and arrivals end 90s after warm-up. Write speed: 960, or timeline: { run: 24h }.',
  )
  expect(wrong(day, '{ file: r.csv, speed: 960 }')).toBe('')
  expect(wrong(day, '{ file: r.csv, speed: 959 }')).toContain('Write speed: 960')
  // Rounded up: what is said has to fit.
  expect(wrong('t,rate\n0s,1\n12345s,2\n')).toContain('Write speed: 275,')
  expect(wrong('t,rate\n0s,1\n12345s,2\n', '{ file: r.csv, speed: 275 }')).toBe('')
})

test('a file that is not there is said at the key', () => {
  const nowhere = { ...known, fileBeside: () => ({ wrong: 'there is no r.csv' }) } as never
  expect(wrong('', '{ file: r.csv }', nowhere)).toMatch(
    /x\.yaml:\d+:\d+: "r\.csv" cannot be read: there is no r\.csv\. The path counts from the scenario file\./,
  )
})
