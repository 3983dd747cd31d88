import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Followed, follow } from '../support/recipe.ts'

const file = 'scenarios/calm.yaml'
const expectation = 'expect: { verdict: pass, quiet: [lost-writes] }\n'
const scenario = `# With nothing wrong, is anything lost?
name: calm
regions: [us, eu]
links: { us <-> eu: { latency: 20ms } }
data: { base: 300 }
system: { kind: active-active-cdc, index: flat }
load: [{ in: [us, eu], clients: 5, search: 10/s, upsert: 5/s }]
timeline: { warmup: 2s, run: 8s, settle: 5s }
limits: [{ metric: lost-writes, max: 0 }]
quick: true
${expectation}`

const library = 'test/unit/scenario/shown/library.test.ts'
const golden = 'test/golden/library.test.ts'
const listed = 'scenarios/README.md is what the scenarios say'

let there: Followed
const write = (text: string): void => writeFileSync(join(there.copy, file), text)

beforeAll(() => {
  // Two scenarios are library enough; the files below say what the whole one has.
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const beside = 'scenarios/steady-state.yaml'
  const parts = ['test/unit/scenario', 'test/golden']
  there = follow(
    {},
    { [file]: scenario, [beside]: readFileSync(join(root, beside), 'utf8') },
    parts,
  )
  writeFileSync(join(there.copy, 'scenarios/README.md'), '')
  expect(there.faultline('docs').code).toBe(0)
  write(scenario)
})
afterAll(() => there.remove())

test('a scenario is checked, runs as it states, and is listed by docs', () => {
  expect(there.faultline('check', file)).toMatchObject({ code: 0, err: '' })
  expect(there.faultline('run', file, '--expect').code).toBe(0)
  expect(readFileSync(join(there.copy, 'scenarios/README.md'), 'utf8')).toContain(
    '[calm](calm.yaml)',
  )
  expect(there.test(library, listed)).toMatchObject({ code: 0 })
})

test('the test of the library names one that asks nothing, one that states no outcome, and that docs listed neither', () => {
  const mute = join(there.copy, 'scenarios/mute.yaml')
  writeFileSync(mute, scenario.replace('name: calm', 'name: mute').replace(expectation, ''))
  write(scenario.replace('# With nothing wrong, is anything lost?', '# Nothing is wrong.'))
  const { code, out } = there.test(library, `is named as its file|${listed}`)
  rmSync(mute)
  write(scenario)
  expect(code).toBe(1)
  const failed = out.split('\n').filter((line) => line.includes('FAIL'))
  expect(failed.map((line) => /calm|mute|README/.exec(line)?.[0])).toEqual([
    'calm',
    'mute',
    'README',
  ])
  expect(out).toContain('a question, or how it differs from another scenario')
})

test('a quick one without its golden hash is named, and UPDATE_GOLDEN writes it', () => {
  const without = there.test(golden, 'calm.yaml comes out')
  expect(without.code).toBe(1)
  expect(without.out).toContain('UPDATE_GOLDEN=1 npx vitest run test/golden')
  expect(there.test(golden, 'calm.yaml comes out', { UPDATE_GOLDEN: '1' }).code).toBe(0)
  expect(readFileSync(join(there.copy, 'test/golden/golden.json'), 'utf8')).toContain('calm.yaml')
})
