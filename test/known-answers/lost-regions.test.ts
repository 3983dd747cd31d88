import { describe, expect, test } from 'vitest'
import type { Judged } from '../support/judged.ts'
import { alarms, judgedText, threeRegions } from '../support/three-regions.ts'

/**
 * A region that burns down takes with it what it alone had. What a system promises then, it keeps; what it cannot keep, it
 * does not promise, and the report says why.
 */

const burnsDown = 'region-loss: eu-west, at: 10s, for: 5s'
const cutOffFirst = 'partition: eu-west, at: 9500ms, for: 6s, name: links'

const said = (run: Judged, checker: string) => {
  const { verdict, promised, unpromised } = run.finding(checker)
  return { verdict, promised, unpromised }
}
const lossOfDisks = 'It is not promised when a region loses its disks (fault region-loss).'

test('a log in one region outlives crashes, and promises nothing of a disk that is lost', async () => {
  const run = await judgedText(
    threeRegions('kind: active-active-cdc, ack: log', [cutOffFirst, burnsDown]),
  )
  expect(alarms(run)).toEqual([])
  for (const checker of ['lost-writes', 'regions-equal'])
    expect(said(run, checker)).toEqual({
      verdict: 'fail',
      promised: false,
      unpromised: lossOfDisks,
    })
}, 180_000)

test('with snapshots and offsets all regions are equal again, and that is promised', async () => {
  const snapshots = 'kind: active-active-cdc, ack: log, snapshotEvery: 5s'
  const run = await judgedText(threeRegions(snapshots, [cutOffFirst, burnsDown]))
  expect(alarms(run)).toEqual([])
  expect(said(run, 'regions-equal')).toMatchObject({ verdict: 'pass', promised: true })
}, 180_000)

describe('a write that a quorum has', () => {
  test.each([
    'kind: wal-sharded, conflict: hybrid-logical-clock, ack: quorum',
    'kind: gossip-quorum, level: strong',
    'kind: gossip-quorum, level: sequential',
  ])(
    'outlives the disks of one region: %s',
    async (system) => {
      const run = await judgedText(threeRegions(system, [burnsDown]))
      expect(alarms(run)).toEqual([])
      for (const checker of ['lost-writes', 'regions-equal'])
        expect(said(run, checker)).toMatchObject({ verdict: 'pass', promised: true })
    },
    180_000,
  )
})

test('a bound kept by what logs hold is not promised under a wrong clock: later writes lose', async () => {
  const run = await judgedText(
    threeRegions('kind: wal-sharded, conflict: last-writer-wins, ack: log, staleBound: 2s', [
      'clock-skew: eu-west, offset: 5s, at: 5s, for: 20s',
    ]),
  )
  expect(alarms(run)).toEqual([])
  expect(said(run, 'bounded-staleness')).toEqual({
    verdict: 'fail',
    promised: false,
    unpromised: 'It is not promised when a wall clock is wrong (fault clock-skew).',
  })
}, 180_000)
