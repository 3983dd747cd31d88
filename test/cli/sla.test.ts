import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { faultline, faultlineIn, newFolder } from '../support/faultline.ts'
import { smallScenario } from '../support/small-scenario.ts'

const folder = newFolder()
const withGold = (name: string, min: string): string => {
  const file = join(folder, `${name}.yaml`)
  const gold = `profiles:
  gold:
    title: Gold search
    limits:
      - { metric: availability, operation: search, min: ${min} }
  silver:
    limits:
      - { metric: lost-writes, max: 0 }
`
  writeFileSync(file, `${smallScenario.replace('name: small', `name: ${name}`)}${gold}`)
  return file
}

test('sla runs a scenario with several seeds and leaves a page that can be signed; read again it says the same', async () => {
  const out = join(folder, 'out')
  const file = withGold('calm', '95%')
  const made = await faultline('sla', file, '--seeds', '1..2', '--profile', 'gold', '--out', out)
  expect(made).toMatchObject({ code: 0 })
  expect(made.out).toContain('gold: SIGNABLE AS SIMULATED. All 2 objectives hold on 2 runs')
  const { levels } = JSON.parse(readFileSync(join(out, 'sla.json'), 'utf8'))
  expect(levels).toHaveLength(1)
  const [{ objectives, runs }] = levels[0].samples
  expect(runs.map(({ seed }: { seed: number }) => seed)).toEqual([1, 2])
  expect(objectives[0].budget.bad).toEqual({ low: 0, high: 0 })
  for (const name of ['sla.html', 'sla.md']) expect(existsSync(join(out, name))).toBe(true)

  const again = await faultline('sla', out, '--json')
  expect(again.code).toBe(0)
  expect(JSON.parse(again.out).levels[0].samples[0].objectives).toEqual(objectives)
  expect(JSON.parse(again.out).levels).toHaveLength(2)
})

test('two scenarios with one profile make one page; what few operations cannot show is unsigned', async () => {
  const out = join(folder, 'both')
  const files = [withGold('one', '95%'), withGold('two', '99.99%')]
  const { code, out: said } = await faultline('sla', ...files, '--out', out, '--quiet')
  expect(code).toBe(3)
  expect(said).toContain('gold: UNSIGNED.')
  expect(said).toMatch(/About [\d,]+ runs in all would show it/)
  expect(said).toContain('silver: SIGNABLE AS SIMULATED.')
  const { levels } = JSON.parse(readFileSync(join(out, 'sla.json'), 'utf8'))
  expect(levels[0].samples.map(({ scenario }: { scenario: string }) => scenario)).toEqual([
    'one',
    'two',
  ])
})

test.each<[string, string[], string]>([
  ['a folder without runs', ['scenarios'], 'is not a run directory'],
  ['a scenario nobody has', ['steady-stat'], 'Did you mean "steady-state"?'],
  ['repetitions in the simulator', ['sla-gold', '--reps', '3'], '--seeds 1..5'],
  ['a seed and seeds', ['sla-gold', '--seed', '1', '--seeds', '1..2'], 'exclude each other'],
  ['a sweep', ['clock-skew-sweep'], 'is a sweep'],
  ['one scenario twice', ['sla-gold', 'sla-gold'], 'both have the name'],
  ['a profile nobody has', ['sla-gold', '--profile', 'platinum'], 'gold, silver'],
])('%s is refused before anything runs', async (_, flags, why) => {
  const { code, err } = await faultlineIn(
    process.cwd(),
    'sla',
    ...flags,
    '--out',
    join(folder, 'no'),
  )
  expect(code).toBe(2)
  expect(err).toContain(why)
  expect(existsSync(join(folder, 'no', 'seed-1'))).toBe(false)
})
