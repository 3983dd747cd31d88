import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { loaderFlags } from '../../../harness/base/program.ts'
import {
  defineScenario,
  judge,
  report,
  run,
  ScenarioError,
  scenario,
} from '../../../harness/index.ts'
import '../../../harness/vitest.ts'

const folder = mkdtempSync(join(tmpdir(), 'faultline-library-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const written = {
  name: 'by-hand',
  regions: ['us', 'eu'],
  links: { 'us <-> eu': { latency: '40ms', jitter: '2ms' } },
  data: { set: 'glosses', base: 300 },
  system: { kind: 'active-active-cdc' },
  load: [{ in: ['us', 'eu'], search: '10/s', upsert: '5/s' }],
  timeline: { warmup: '1s', run: '5s', settle: '3s' },
  limits: [{ metric: 'lost-writes', max: 0 }],
} satisfies Parameters<typeof defineScenario>[0]

test('a scenario in code runs, is judged and reported by four calls', async () => {
  const plan = defineScenario(written, { seed: 7 })
  const directory = await run(plan, { out: join(folder, 'run') })
  const judged = await judge(directory)
  expect(judged.judgement).toPass()
  const page = await report(judged)
  expect(readFileSync(page, 'utf8')).toContain('by-hand')
  expect(parse(readFileSync(join(directory, 'scenario.yaml'), 'utf8'))).toEqual(written)
  expect(existsSync(join(directory, 'summary.json'))).toBe(true)
})

test('a scenario that ships with Faultline is read by its name', async () => {
  const plan = await scenario('partition-heal', { seed: 3 })
  expect(plan).toMatchObject({ name: 'partition-heal', seed: 3 })
})

test('a sweep is not taken for one plan', async () => {
  await expect(scenario('consistency-matrix')).rejects.toThrow(/is a sweep/)
})

test('a name that no file and no scenario has is refused with the nearest', async () => {
  await expect(scenario('partition-heel')).rejects.toThrow(/partition-heal/)
})

test('what is wrong with a scenario in code is named as in a file', () => {
  const wrong = { ...written, timeline: { ...written.timeline, run: '5 parsec' } }
  expect(() => defineScenario(wrong)).toThrow(ScenarioError)
  expect(() => defineScenario(wrong)).toThrow(/by-hand\.yaml:\d+:\d+/)
})

test('a system and a checker of one’s own join in', () => {
  const program = fileURLToPath(new URL('../../support/own-parts.ts', import.meta.url))
  const command = [...loaderFlags(program), program, join(folder, 'mine')]
  const said = execFileSync(process.execPath, command, { encoding: 'utf8' })
  const { refusals, judgement } = JSON.parse(said)
  expect(refusals).toEqual([
    'there is a system "mine" already',
    'there is a checker "seen" already',
    'there is a checker "lost-writes" already',
  ])
  expect(judgement).toMatchObject({ verdict: 'fail', exitCode: 6 })
  expect(() => expect(judgement).toPass()).toThrow(/the verdict is fail: .*says no/)
})
