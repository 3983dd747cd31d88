import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkSingle, runCampaign } from '../../../../harness/cli/campaign.ts'
import { shrinkCommand } from '../../../../harness/cli/shrink.ts'
import { planOf, versionNote } from '../../../../harness/pipeline/plan.ts'
import { faultlineVersion } from '../../../../harness/pipeline/version.ts'
import { writeReplay } from '../../../../harness/record/replay.ts'
import { aLoad, aPlan } from '../../../support/plan.ts'

const folder = mkdtempSync(join(tmpdir(), 'faultline-refusals-'))

const text = `# A small one?
name: small
regions: [us, eu]
links: { us <-> eu: { latency: 40ms } }
system: { kind: active-active-cdc }
load: [{ in: [us, eu], search: 5/s }]
timeline: { warmup: 1s, run: 5s }
`

function aFile(name: string, content: string): string {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}

const small = aFile('small.yaml', text)
const swept = aFile(
  'swept.yaml',
  `${text}sweep: { vary: { data.base: [300, 600] }, show: [{ metric: lost-writes }] }\ndata: { base: 300 }\n`,
)
const replay = join(folder, 'small.plan.json')
writeReplay(replay, { ...aPlan({ data: { set: 'glosses', base: 300 } }), file: 'small.yaml' }, '1')
const foreign = join(folder, 'foreign.plan.json')
writeReplay(foreign, aPlan({ system: { kind: 'nonesuch', knobs: {} } }), '1')

test.each([
  [[folder], { seeds: '1..9' }, 'one scenario at a time'],
  [[small, small], { seeds: '1..9' }, 'one scenario at a time'],
  [[small], { seeds: '1..9', all: true }, 'one scenario at a time, on one system'],
  [[small], { seeds: '1..9', seed: 4 }, 'Write --seeds 1..9,4'],
  [[replay], { seeds: '1..9' }, 'has its seed inside'],
  [[swept], { seeds: '1..9' }, 'is a sweep'],
  [[folder], { world: 'containers' as const }, 'are for the simulator'],
  [[folder], { reps: 3 }, 'Use other seeds'],
  [[folder], { all: true, system: 'wal-sharded' }, 'Leave one of them out'],
])('many runs of %j with %j are refused', async (paths, flags, why) => {
  await expect(runCampaign(paths, flags)).rejects.toThrow(why)
})

test('flags for many runs are refused for one, with the command they belong to', () => {
  expect(() => checkSingle({ quick: true })).toThrow('faultline run scenarios/ --quick')
  expect(() => checkSingle({ jobs: 2 })).toThrow('--jobs is for several runs')
  expect(() => checkSingle({ reports: true })).toThrow('--reports is for several runs')
  expect(() => checkSingle({ expect: true })).not.toThrow()
})

test('what can be shrunk is a run of the simulator, or a plan', async () => {
  const shrinkOf = (path: string) => shrinkCommand(path, { tries: 1, quiet: true })
  await expect(shrinkOf('no-such-run')).rejects.toThrow('there is no run and no plan no-such-run')
  await expect(shrinkOf(folder)).rejects.toThrow('it has no record.jsonl')
  const looped = join(folder, 'looped.plan.json')
  const load = [aLoad({ searchPerSec: 0, closedLoop: { thinkUs: 0 } })]
  writeReplay(looped, aPlan({ load }), faultlineVersion)
  await expect(shrinkOf(looped)).rejects.toThrow('has a closed loop (us)')
})

test('a replay file says everything itself: another seed, world or system is refused', () => {
  expect(planOf(replay)).toMatchObject({ name: 'test', seed: 42 })
  expect(planOf(replay, { seed: 42, world: 'sim', system: 'active-active-cdc' }).seed).toBe(42)
  expect(() => planOf(replay, { seed: 7 })).toThrow('faultline run small.yaml --seed 7')
  expect(() => planOf(replay, { world: 'containers' })).toThrow('--world containers')
  expect(() => planOf(replay, { system: 'wal-sharded' })).toThrow('--system wal-sharded')
  expect(() => planOf(foreign)).toThrow('this Faultline has no system "nonesuch"')
})

test('a replay file of another version is run, and it is said that it may not repeat the run', () => {
  expect(versionNote(replay)).toContain(`was written by Faultline 1, this is ${faultlineVersion}`)
  const own = join(folder, 'own.plan.json')
  writeReplay(own, aPlan(), faultlineVersion)
  expect(versionNote(own)).toBeNull()
  expect(versionNote(small)).toBeNull()
})
