import { expect, test } from 'vitest'
import type { FaultKind, FaultPlan } from '../../../harness/model/fault.ts'
import {
  type Guarantees,
  hazardsOf,
  nothingPromised,
  promised,
  promisesOf,
} from '../../../harness/model/guarantees.ts'
import { allHazards, hazardsBut } from '../../../harness/model/hazard.ts'

const fault = (kind: FaultKind, name: string = kind.kind): FaultPlan => ({
  ...kind,
  name,
  atUs: 1,
  untilUs: 2,
})
const lost = (region: string) => fault({ kind: 'region-loss', region }, `lost-${region}`)
const skewed = (driftPpm: number) =>
  fault({ kind: 'clock-skew', region: 'us', offsetUs: 0, driftPpm })
const named = (faults: FaultPlan[]) => hazardsOf(faults).map(({ hazard }) => hazard)

test('a lost region is a crash and a lost disk; two of them are a hazard of their own', () => {
  expect(named([])).toEqual([])
  expect(named([lost('us')])).toEqual(['crash', 'disk-loss'])
  expect(named([lost('us'), lost('eu')])).toEqual(['crash', 'disk-loss', 'disks-lost-twice'])
})

test('a clock that drifts is more than a clock that is wrong', () => {
  expect(named([skewed(0)])).toEqual(['wrong-clock'])
  expect(named([skewed(-200)])).toEqual(['wrong-clock', 'clock-drift'])
})

test('a promise is given if it outlives every hazard of the faults, else the sentence says which not', () => {
  const guarantees: Guarantees = {
    ...nothingPromised,
    convergence: promised(true, allHazards),
    durability: promised(true, hazardsBut('disk-loss')),
  }
  expect(promisesOf(guarantees, [])).toEqual({
    given: ['all regions become equal', 'no acknowledged write is lost'],
    excepted: [],
  })
  expect(promisesOf(guarantees, [lost('eu'), skewed(0)])).toEqual({
    given: ['all regions become equal'],
    excepted: [
      {
        clause: 'no acknowledged write is lost',
        when: 'a region loses its disks (fault lost-eu (region-loss))',
      },
    ],
  })
})
