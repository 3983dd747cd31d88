import { expect, test } from 'vitest'
import { SECOND } from '../../harness/model/units.ts'
import { plantedBugs } from '../support/broken/catalogue.ts'
import type { Ground } from '../support/broken/ground.ts'
import { oneAfterTheOther } from '../support/broken/grounds.ts'
import { type CheckerName, checkers, type PlantedBug } from '../support/broken/planted-bug.ts'
import { brokenSystem } from '../support/broken/seams.ts'
import { type Judged, judged } from '../support/judged.ts'

/** What a checker said, with its witnesses: so that a failure of this test can be read. */
const saidOf = ({ analysis }: Judged, name: CheckerName) => {
  const found = analysis.findings.find(({ checker }) => checker === name)
  return found
    ? `${found.verdict}: ${found.because} [${found.events.map(({ sentence }) => sentence).join(' | ')}]`
    : 'no finding'
}

const bugs = plantedBugs.map((bug) => [bug.name, bug] as const)
const grounds = [...new Set(plantedBugs.map(({ ground }) => ground))].map(
  (ground) => [ground.name, ground] as const,
)

const run = ({ ground, system, world, launch }: PlantedBug): Promise<Judged> =>
  judged(ground.plan, { operations: [...ground.operations], system, world, launch })

const runSound = ({ plan, operations }: Ground): Promise<Judged> =>
  judged(plan, { operations: [...operations] })

test.each(grounds)(
  'without a bug on the ground "%s" the run passes, as does every checker with anything to look at',
  async (_, ground) => {
    const sound = await runSound(ground)
    for (const checker of checkers) {
      const unseen = ground.unseen.includes(checker)
      expect(saidOf(sound, checker)).toMatch(unseen ? /^unknown/ : /^pass/)
      expect(sound.finding(checker).violations).toBe(0)
      if (!unseen) expect(sound.finding(checker).evidence).toBeGreaterThan(0)
    }
    expect(sound.judgement, sound.judgement.because).toMatchObject({ verdict: 'pass', exitCode: 0 })
  },
)

test.each(bugs)('caught, and by no checker that it does not concern: %s', async (_, bug) => {
  const red = await run(bug)
  for (const checker of checkers) {
    const wanted = bug.mustFire[checker]
    if (wanted) expect(saidOf(red, checker)).toMatch(new RegExp(`^${wanted}`))
    if (!bug.mustNotFire.includes(checker)) continue
    const unseen = bug.ground.unseen.includes(checker)
    expect(saidOf(red, checker)).toMatch(unseen ? /^unknown/ : /^pass/)
    expect(red.finding(checker).violations).toBe(0)
  }
  expect(red.judgement.verdict, red.judgement.because).toBe(bug.verdict)
  expect(red.judgement.exitCode).not.toBe(0)
  bug.also?.(red)
})

test('every bug says of every checker whether it must, may or must not fire', () => {
  for (const { name, mustFire, mayFire, mustNotFire } of plantedBugs) {
    const said = [...Object.keys(mustFire), ...mayFire, ...mustNotFire]
    expect([name, ...said.sort()]).toEqual([name, ...[...checkers].sort()])
  }
})

test('every checker has a bug it must catch, but for one that only counts', () => {
  const caught = new Set(plantedBugs.flatMap(({ mustFire }) => Object.keys(mustFire)))
  expect(checkers.filter((checker) => !caught.has(checker))).toEqual(['overwritten-real-time'])
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
  const ahead = await judged(oneAfterTheOther.plan, {
    operations: [...oneAfterTheOther.operations],
    system,
  })
  expect(ahead.finding('overwritten-real-time')).toMatchObject({ violations: 6, promised: false })
  expect(ahead.rows('overwritten-real-time')).toEqual([expect.objectContaining({ value: 6 })])
  for (const checker of ['lost-writes', 'regions-equal', 'resurrected-delete'] as const)
    expect(saidOf(ahead, checker)).toMatch(/^pass/)
  const sound = await runSound(oneAfterTheOther)
  expect(sound.finding('overwritten-real-time').violations).toBe(0)
})
