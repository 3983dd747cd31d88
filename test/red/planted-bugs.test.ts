import { expect, test } from 'vitest'
import { plantedBugs } from '../../harness/experiments/prove/bugs.ts'
import { calm, oneAfterTheOther } from '../../harness/experiments/prove/grounds.ts'
import { type PlantedBug, unproven } from '../../harness/experiments/prove/planted-bug.ts'
import { brokenSystem } from '../../harness/experiments/prove/seams.ts'
import { findingText, soundnessOf, trialOf } from '../../harness/experiments/prove/trial.ts'
import { SECOND } from '../../harness/model/units.ts'
import { judged } from '../support/judged.ts'

/** Whether all planted bugs are caught, `faultline prove` says: test/library. Here: whether it would tell if they were not. */

test('every checker has a bug it must catch, but for one that only counts, and no bug lists one twice', () => {
  expect(unproven(plantedBugs)).toEqual([])
})

test('a checker without a bug is named, and so is one that a bug both must and may set off', () => {
  const others = plantedBugs.filter(({ mustFire }) => !('residency' in mustFire))
  expect(unproven(others)).toEqual(['residency has no planted bug that it must catch'])
  const unclear: PlantedBug = { ...harmless, name: 'unclear', mayFire: ['lost-writes'] }
  expect(unproven([...plantedBugs, unclear])).toEqual(['the bug "unclear" lists lost-writes twice'])
})

/** Nothing is broken in it. */
const harmless: PlantedBug = {
  ...{ name: 'harmless', about: 'Nothing.', ground: calm },
  mustFire: { 'lost-writes': 'fail' },
  mayFire: [],
  verdict: 'fail',
}

test('a bug that no checker sees is not taken for caught', async () => {
  const { caughtBy, wrong } = await trialOf(harmless)
  expect(caughtBy).toEqual([])
  expect(wrong).toEqual([
    expect.stringMatching(/^lost-writes should say fail and says pass: /),
    expect.stringMatching(/^the run should be fail and is pass: /),
    'the run exits with 0',
  ])
})

test('a checker that fires at what does not concern it is named with its witnesses', async () => {
  const bug = plantedBugs.find(({ mustFire }) => 'duplicate-id' in mustFire) as PlantedBug
  const { wrong } = await trialOf({ ...bug, mustFire: {} })
  expect(wrong).toEqual([
    expect.stringMatching(/^duplicate-id should say pass and says fail: .+ \[.+\]$/),
  ])
})

test('a ground on which something is wrong is not called sound', async () => {
  const { wrong } = await soundnessOf({ ...calm, reports: ['linearizable'], unseen: [] })
  expect(wrong).toEqual([
    expect.stringMatching(/^zombie-writes should say pass and says unknown: /),
    'zombie-writes had nothing to look at',
    'it should report linearizable and reports nothing',
  ])
})

test('writes that lose to an earlier one nobody there knew of are counted, and called nothing else', async () => {
  // The clock of `us` is 8 s ahead and no fault says so: its writes win over later ones of `eu`.
  const system = brokenSystem({
    terrain: (terrain) => {
      const { clock, region } = terrain
      const aheadUs = region === 'us' ? 8 * SECOND : 0
      return { ...terrain, clock: { ...clock, wall: () => clock.wall() + aheadUs } }
    },
  })
  const operations = [...oneAfterTheOther.operations]
  const ahead = await judged(oneAfterTheOther.plan, { operations, system })
  expect(ahead.finding('overwritten-real-time')).toMatchObject({ violations: 6, promised: false })
  expect(ahead.rows('overwritten-real-time')).toEqual([expect.objectContaining({ value: 6 })])
  for (const checker of ['lost-writes', 'regions-equal', 'resurrected-delete'] as const)
    expect(findingText(ahead, checker)).toMatch(/^pass/)
  const sound = await judged(oneAfterTheOther.plan, { operations })
  expect(sound.finding('overwritten-real-time').violations).toBe(0)
})
