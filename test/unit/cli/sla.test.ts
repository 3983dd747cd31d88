import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { type SlaFlags, slaCommand } from '../../../harness/cli/sla.ts'
import { newFolder } from '../../support/faultline.ts'
import { aLevel, availability, leaveRun } from '../../support/sla-runs.ts'
import { smallScenario } from '../../support/small-scenario.ts'

const folder = newFolder()

/** Says what the command printed and what it exits with. */
async function sla(paths: readonly string[], flags: Partial<SlaFlags> = {}) {
  const said = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  const before = process.exitCode
  try {
    await slaCommand(paths, { profile: [], quiet: true, ...flags }, ['node', 'faultline', 'sla'])
    return { code: process.exitCode, out: said.mock.calls.map(([text]) => text).join('') }
  } finally {
    process.exitCode = before
  }
}

afterEach(() => {
  vi.restoreAllMocks()
})

function withGold(name: string, min: string): string {
  const file = join(folder, `${name}.yaml`)
  const gold = `profiles:
  gold: { limits: [{ metric: availability, operation: search, min: ${min} }] }
  silver: { limits: [{ metric: lost-writes, max: 0 }] }
`
  writeFileSync(file, `${smallScenario.replace('name: small', `name: ${name}`)}${gold}`)
  return file
}

test('two scenarios with one profile make one page; what few operations cannot show is unsigned', async () => {
  const out = join(folder, 'both')
  const { code, out: said } = await sla([withGold('one', '95%'), withGold('two', '99.99%')], {
    out,
  })
  expect(code).toBe(3)
  expect(said).toContain('gold: UNSIGNED.')
  expect(said.replace(/\s+/g, ' ')).toMatch(/About [\d,]+ runs in all would show it/)
  expect(said).toContain('silver: SIGNABLE AS SIMULATED.')
  const { levels } = JSON.parse(readFileSync(join(out, 'sla.json'), 'utf8'))
  const names = levels[0].samples.map(({ scenario }: { scenario: string }) => scenario)
  expect(names).toEqual(['one', 'two'])
  expect(existsSync(join(out, 'sla-of-one', 'seed-1', 'report.html'))).toBe(true)
}, 180_000)

test('a run that is read gets its page beside its record, and keeps everything else', async () => {
  const run = leaveRun(folder, 'kept', { levels: [aLevel([availability(0.99)])] })
  const { code } = await sla([run])
  expect(code).toBe(0)
  for (const name of ['sla.html', 'sla.md', 'sla.json', 'record.jsonl', 'environment.json'])
    expect(existsSync(join(run, name))).toBe(true)
})

test('a page of a run that is there is never a place to run in', async () => {
  const run = leaveRun(folder, 'taken', { levels: [aLevel([availability(0.99)])] })
  await expect(sla(['sla-gold'], { out: run })).rejects.toThrow('is a run itself')
  expect(existsSync(join(run, 'record.jsonl'))).toBe(true)
})

const aRun = leaveRun(folder, 'there', { levels: [aLevel([availability(0.99)])] })

test.each<[string, string[], Partial<SlaFlags>, string]>([
  ['a folder without runs', ['scenarios'], {}, 'is not a run directory'],
  ['a scenario nobody has', ['steady-stat'], {}, 'Did you mean "steady-state"?'],
  ['repetitions in the simulator', ['sla-gold'], { reps: 3 }, '--seeds 1..5'],
  ['a seed and seeds', ['sla-gold'], { seed: 1, seeds: '1..2' }, 'exclude each other'],
  ['seeds that run backwards', ['sla-gold'], { seeds: '3..1' }, 'runs backwards'],
  ['a sweep', ['clock-skew-sweep'], {}, 'is a sweep'],
  ['one scenario twice', ['sla-gold', 'sla-gold'], {}, 'both have the name'],
  ['a profile nobody has', ['sla-gold'], { profile: ['platinum'] }, 'gold, silver'],
  [
    'runs at a time on real servers',
    ['sla-gold'],
    { jobs: 2, world: 'containers' },
    'one run at a time',
  ],
  ['jobs for runs that are there', [aRun], { jobs: 2 }, 'these runs exist already'],
  ['seeds of runs that are there', [aRun], { seeds: '1..2' }, 'these runs exist already'],
])('%s is refused before anything runs', async (_, paths, flags, why) => {
  const out = join(folder, 'no')
  await expect(sla(paths, { out, ...flags })).rejects.toThrow(why)
  expect(existsSync(out)).toBe(false)
})
