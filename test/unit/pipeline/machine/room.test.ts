import { expect, test } from 'vitest'
import type { Plan } from '../../../../harness/model/plan.ts'
import type { Kept } from '../../../../harness/pipeline/machine/kept.ts'
import type { RealRun } from '../../../../harness/pipeline/machine/real-runs.ts'
import { roomNotes } from '../../../../harness/pipeline/machine/room.ts'
import { aLoad, aPlan } from '../../../support/plan.ts'

const keptUpWith = (kept: number | null): Kept => ({
  ...{ format: 1, at: '2026-11-30T22:00:00.000Z', faultline: '0.1.0' },
  machine: { name: 'm', cpu: 'EPYC', cores: 2, memoryGiB: 24 },
  measured: {
    simulator: { scenario: 'x', simulatedS: 170, realS: 1.5, whole: true, foreign: null },
    generator: { kept, lost: 2000, trials: 8, seconds: 12, foreign: 0 },
  },
})

const aRun = (planted: Partial<RealRun> = {}): RealRun => ({
  ...{ path: 'runs/x', scenario: 'steady', startedAt: '2026-11-30T10:00:00Z', cpu: 'EPYC' },
  ...{ cores: 2, regions: 2, perSec: 20, coresUsed: 1.9, fullFor: 0.9, overfull: true },
  ...planted,
})

/** 100 operations a second in each of two regions. */
const asking = (planted: Partial<Plan['load'][number]> = {}): Plan => {
  const rates = { searchPerSec: 80, upsertPerSec: 15, deletePerSec: 5, fetchPerSec: 0, fetchOwn: 0 }
  const load = ['a', 'b'].map((region) => ({ ...aLoad({ region }), ...rates, ...planted }))
  return { ...aPlan({ world: 'containers', regions: ['a', 'b'] }), load }
}
const notes = (plan: Plan, kept: Kept | null, runs: RealRun[] = []) =>
  roomNotes(plan, { kept, runs })

test('above half of what was measured the plan is warned of, up to half it is not', () => {
  expect(notes(asking(), keptUpWith(400))).toEqual([])
  const [said, ...more] = notes(asking(), keptUpWith(398))
  expect(said).toMatch(
    /^Caution: it asks for up to 200\/s operations, and this machine kept up with 398\/s, of which half is to be trusted \(faultline doctor, 2026-11-30\)\./,
  )
  expect(more).toEqual([])
})

test('a burst counts at its height', () => {
  const arrivals = { kind: 'burst', factor: 3, onUs: 1_000_000, offUs: 9_000_000 } as const
  expect(notes(asking({ arrivals }), keptUpWith(1000))).toHaveLength(1)
  expect(notes(asking({ arrivals }), keptUpWith(1200))).toEqual([])
})

test('a machine that kept up with nothing is warned of for any plan', () => {
  expect(notes(asking(), keptUpWith(null))[0]).toMatch(/this machine kept up with no rate/)
})

test('what was not measured is one hint on real servers, and nothing in the simulator', () => {
  expect(notes(asking(), null)).toEqual([
    'What load this machine can generate was not measured. Try: faultline doctor',
  ])
  expect(notes({ ...asking(), world: 'sim' }, null, [aRun()])).toEqual([])
  expect(notes({ ...asking(), world: 'sim' }, keptUpWith(1))).toEqual([])
})

test('a machine on which less did not fit is too small, with the run that shows it', () => {
  const [said] = notes(asking(), keptUpWith(4000), [aRun()])
  expect(said).toMatch(
    /^Caution: this machine is too small for it\. steady at 20\.0\/s took 1\.90 of 2 cores, none idle for 90 % of the time \(runs\/x, 2026-11-30\)/,
  )
})

test('a run of more regions, of a higher rate, or of one that fit shows nothing of the kind', () => {
  const others = [aRun({ regions: 3 }), aRun({ perSec: 500 }), aRun({ overfull: false })]
  expect(notes(asking(), keptUpWith(4000), others)).toEqual([])
})

test('what the same scenario took when it was last run is said', () => {
  const last = aRun({ scenario: asking().name, overfull: false, fullFor: 0 })
  expect(notes(asking(), keptUpWith(4000), [last])).toEqual([
    `When it was last run here, ${asking().name} at 20.0/s took 1.90 of 2 cores, none idle for 0 % of the time (runs/x, 2026-11-30).`,
  ])
})
