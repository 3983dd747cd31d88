import { expect, test } from 'vitest'
import { regionsEqual } from '../../../harness/analysis/checkers/regions-equal.ts'
import { resurrectedDelete } from '../../../harness/analysis/checkers/resurrected-delete.ts'
import { crossings } from '../../../harness/analysis/metrics/lag.ts'
import type { Layout } from '../../../harness/model/layout.ts'
import { MS, SECOND } from '../../../harness/model/units.ts'
import { aLoad } from '../../support/plan.ts'
import { aRecord, everythingPromised, type RecordScript, spoken } from '../../support/record.ts'

/** Even ids are kept by us and eu, odd ones by ap alone. */
const placed: Layout = {
  shards: 2,
  shardOf: (id) => id % 2,
  holders: (id) => (id % 2 === 0 ? ['us', 'eu'] : ['ap']),
  pinned: () => null,
}
const regions = ['us', 'eu', 'ap']
const threeRegions = () => aRecord({ regions, load: regions.map((region) => aLoad({ region })) })
const evens = { 1: null, 3: null }
const odds = { 0: null, 2: null, 4: null }
const equal = (record: RecordScript) =>
  spoken(regionsEqual(record.facts(placed), everythingPromised))

test('regions that hold different ids by plan are equal', () => {
  const record = threeRegions().scan('us', evens).scan('eu', evens).scan('ap', odds)
  expect(equal(record)).toMatchObject({
    verdict: 'pass',
    because: 'All 3 regions hold the same versions of 5 ids.',
  })
  const [row] = record
    .analysis(everythingPromised, placed)
    .metrics.filter(({ metric }) => metric === 'convergence')
  expect(row).toMatchObject({ value: 4 * SECOND })
})

test('holders that differ are told, and what lies with others is extra', () => {
  const record = threeRegions()
    .upsert({ op: 1, id: 8, at: SECOND })
    .scan('us', { ...evens, 8: 1 })
    .scan('eu', evens)
    .scan('ap', { ...odds, 2: 0 })
  expect(equal(record)).toMatchObject({
    verdict: 'fail',
    violations: 1,
    because: 'The 3 regions differ in 1 of 6 ids; against the expected set: 1 missing, 1 extra.',
    events: [{ sentence: 'Of id 8 us write 1, eu nothing is held.' }],
  })
})

test('a write is lost if only a region that is not to hold it has it', () => {
  const record = threeRegions()
    .upsert({ op: 1, id: 8, at: SECOND, region: 'us' })
    .scan('us', evens)
    .scan('eu', evens)
    .scan('ap', { ...odds, 8: 1 })
  const losses = record.facts(placed).losses ?? []
  expect(losses.map(({ version, kind }) => [version.write, kind])).toEqual([[1, 'vanished']])
  expect(record.facts().losses).toEqual([])
})

test('a write crosses to its other holders only, and has settled with them', () => {
  const facts = threeRegions()
    .upsert({ op: 1, id: 8, at: SECOND })
    .hops(1, 8, 'us', { applied: SECOND })
    .hops(1, 8, 'eu', { applied: SECOND + 50 * MS, visible: SECOND + 80 * MS })
    .upsert({ op: 2, id: 9, at: 2 * SECOND, region: 'us' })
    .facts(placed)
  expect([...crossings(facts)].map(({ link, version }) => [version.write, link])).toEqual([
    [1, 'us>eu'],
    [2, 'us>ap'],
  ])
  expect(facts.settled.map(({ version, region }) => [version.write, region])).toEqual([
    [1, 'us'],
    [1, 'eu'],
    [2, 'ap'],
  ])
})

test('a point of the base is there from the start where it is kept, and nowhere else', () => {
  const { states } = threeRegions().facts(placed)
  expect(regions.map((region) => states.get(region)?.visible(2, SECOND))).toEqual([0, 0, -1])
  expect(regions.map((region) => states.get(region)?.visible(3, SECOND))).toEqual([-1, -1, 0])
})

test('an answer shows a deleted point again only if every store it came from had the delete', () => {
  const record = (from: string[]) =>
    threeRegions()
      .delete({ op: 1, id: 2, at: SECOND })
      .hops(1, 2, 'us', { applied: SECOND, visible: 1_100 * MS })
      .search({ op: 2, at: 2 * SECOND, from, answer: [[2, 0]] })
      .scan('us', { ...evens, 2: 1 })
      .scan('eu', { ...evens, 2: 1 })
      .scan('ap', odds)
  const undone = (from: string[]) =>
    spoken(resurrectedDelete(record(from).facts(placed), everythingPromised)).violations
  expect(undone(['us'])).toBe(1)
  // ap is asked too, but keeps no such point.
  expect(undone(['us', 'ap'])).toBe(1)
  expect(undone(['us', 'eu'])).toBe(0)
})
