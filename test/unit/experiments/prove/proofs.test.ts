import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scenarioFiles } from '../../../../harness/experiments/campaign/scenario-files.ts'
import { plantedBugs } from '../../../../harness/experiments/prove/bugs.ts'
import { groundsOf, type Proven, proofsOf } from '../../../../harness/experiments/prove/proof.ts'
import {
  type Proofs,
  proofExitCode,
  proofTable,
} from '../../../../harness/experiments/prove/proof-table.ts'
import { nothing } from '../../../../harness/experiments/prove/prover.ts'

const scenario = (name: string, more = '') => `# Is it so?
name: ${name}
regions: [us, eu]
links: { us <-> eu: { latency: 40ms } }
system: { kind: active-active-cdc }
load: [{ in: [us, eu], search: 5/s, upsert: 5/s }]
timeline: { warmup: 1s, run: 5s }
${more}`

const sweep = `limits: [{ metric: lost-writes, max: 0 }]
sweep:
  vary: { system.conflict: [hybrid-logical-clock, arrival-order] }
  show: [{ metric: lost-writes }]
  expect: [{ at: { system.conflict: arrival-order }, verdict: fail, fire: [regions-equal] }]
`

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-proofs-'))
  const files = {
    'green.yaml': scenario('green', 'expect: { verdict: pass }'),
    'silent.yaml': scenario('silent'),
    'red.yaml': scenario('red', 'expect: { verdict: fail, fire: [lost-writes] }'),
    'real.yaml': scenario(
      'real',
      'runs-in: [containers]\nexpect: { verdict: fail, fire: [lost-writes] }',
    ),
    'swept.yaml': scenario('swept', sweep),
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

const proofsIn = (only?: string) =>
  proofsOf({ bugs: plantedBugs, files: scenarioFiles([aFolder()]), base: '/tmp', only })

test('tried are all bugs, all their grounds, and what says that it must fail in the simulator', () => {
  const proofs = proofsIn()
  const names = (kind: string) =>
    proofs.filter((proof) => proof.kind === kind).map(({ name }) => name)
  expect(names('scenario')).toEqual(['red', 'swept, point 2'])
  expect(names('bug')).toEqual(plantedBugs.map(({ name }) => name))
  expect(names('ground')).toEqual(groundsOf(plantedBugs).map(({ name }) => name))
})

test('names are not used twice: a process finds a bug or a ground by its name', () => {
  const names = [...plantedBugs, ...groundsOf(plantedBugs)].map(({ name }) => name)
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
})

test('a part of a name is those bugs with the grounds they stand on, and such scenarios', () => {
  expect(proofsIn('EVERY 50th').map(({ kind, name }) => [kind, name])).toEqual([
    ['bug', 'every store acknowledges every 50th version and drops it'],
    ['ground', 'calm'],
  ])
  expect(proofsIn('red').map(({ name }) => name)).toContain('red')
  expect(() => proofsIn('no such thing')).toThrow('has "no such thing" in its name')
})

const seen = { caughtBy: ['lost-writes'], mayFire: [], alsoFired: [], wrong: [], seconds: 1.25 }
const dropped: Proven = {
  ...{ kind: 'bug', name: 'writes are dropped', verdict: 'fail', ...seen },
  ...{ mayFire: ['regions-equal', 'read-your-writes'], alsoFired: ['regions-equal'] },
}
const calm: Proven = { kind: 'ground', name: 'calm', verdict: 'pass', ...seen, caughtBy: [] }
const red: Proven = { kind: 'scenario', name: 'split', verdict: 'fail', ...seen }
const missed: Proven = {
  ...{ ...dropped, name: 'a vector is torn', verdict: 'pass', caughtBy: [], mayFire: [] },
  wrong: ['invented-point should say fail and says pass: Nothing was invented.'],
}

const result = (proofs: Proven[], over: Partial<Proofs> = {}): Proofs => ({
  ...{ format: 1, faultline: '0.1.0', exitCode: 0, seconds: 4, jobs: 2, unproven: [] },
  ...{ asked: proofs.length, proofs, ...over },
})

test('the table says of each bug who caught it and who may as well, and at last that all were', () => {
  expect(proofTable(result([dropped, calm, red]))).toBe(`           s  Without a bug
  sound  1.3  calm

            s  What was broken
  caught  1.3  writes are dropped
               by lost-writes; may also: regions-equal (did), read-your-writes

         s  Scenarios that must go red
  red  1.3  split
            by lost-writes

4 s in 2 processes.
all 2 caught (1 planted bug, 1 scenario gone red, 1 ground sound)`)
})

test('what was missed is said with its reason, and the last line names it', () => {
  const table = proofTable(result([dropped, missed]))
  expect(table).toContain('  MISSED  1.3  a vector is torn')
  expect(table).toContain('NOT AS STATED: a vector is torn\n  invented-point should say fail')
  expect(table.split('\n').at(-1)).toBe('NOT all caught: a vector is torn')
  const bare = proofTable(result([dropped], { unproven: ['residency has no planted bug'] }))
  expect(bare).toContain('NOT PROVEN: residency has no planted bug')
  expect(bare.split('\n').at(-1)).toBe('NOT all caught: 1 checker or bug unproven')
  const broken = proofTable(result([dropped], { asked: 3 }))
  expect(broken).toContain('Interrupted: 2 of 3 were not tried.')
  expect(broken.split('\n').at(-1)).toBe('NOT all caught: 2 not tried')
})

test('the exit code is 0 only if all were caught and every checker has been seen to fail', () => {
  expect(proofExitCode([dropped, calm, red], [])).toBe(0)
  expect(proofExitCode([dropped, missed], [])).toBe(6)
  expect(proofExitCode([dropped], ['residency has no planted bug'])).toBe(6)
  expect(proofExitCode([{ ...dropped, ...nothing('its process ended') }], [])).toBe(6)
})
