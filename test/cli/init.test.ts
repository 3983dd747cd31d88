import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { faultlineIn, newFolder } from '../support/faultline.ts'
import { smallScenario } from '../support/small-scenario.ts'

/** A repository with a scenario, of which nothing has been written yet. */
function repository(): string {
  const folder = newFolder()
  for (const name of ['.git', 'load', 'inner']) mkdirSync(join(folder, name))
  for (const name of ['package.json', 'package-lock.json']) writeFileSync(join(folder, name), '{}')
  writeFileSync(join(folder, 'load/small.yaml'), smallScenario)
  return folder
}

const workflowIn = (folder: string): string => join(folder, '.github/workflows/faultline.yml')

test('init --ci github writes a workflow whose command runs the scenarios and leaves what it uploads', async () => {
  const folder = repository()
  const said = await faultlineIn(folder, 'init', '--ci', 'github', 'load')
  expect(said).toMatchObject({ code: 0, err: '' })
  const { steps } = parse(readFileSync(workflowIn(folder), 'utf8')).jobs.scenarios
  const commands = steps.flatMap(({ run }: { run?: string }) => run ?? []) as string[]
  expect(commands).toEqual([
    'npm ci',
    expect.stringMatching(/^npx --no-install faultline run load /),
  ])
  const flags = (commands[1] as string).split(' ').slice(3)
  expect(await faultlineIn(folder, ...flags)).toMatchObject({ code: 0 })
  for (const name of ['runs/ci/small/report.html', 'runs/ci/table.json', 'runs/ci-junit.xml'])
    expect(existsSync(join(folder, name)), name).toBe(true)
  expect(steps.at(-1)).toMatchObject({
    if: 'always()',
    with: { path: 'runs\n!runs/**/record.jsonl\n' },
  })
})

test('init overwrites nothing unless it is told to', async () => {
  const folder = repository()
  mkdirSync(join(folder, '.github/workflows'), { recursive: true })
  writeFileSync(workflowIn(folder), 'mine\n')
  const refused = await faultlineIn(folder, 'init', '--ci', 'github', 'load')
  expect(refused.code).toBe(2)
  expect(refused.err).toContain('--force')
  expect(readFileSync(workflowIn(folder), 'utf8')).toBe('mine\n')
  expect(await faultlineIn(folder, 'init', '--ci', 'github', 'load', '--force')).toMatchObject({
    code: 0,
  })
  expect(readFileSync(workflowIn(folder), 'utf8')).toContain('faultline run load')
})

test.each([
  ['in a folder that GitHub would not read', 'inner', ['--ci', 'github'], /cd \//],
  ['without scenarios', '.', ['--ci', 'github', 'nowhere'], /there is no folder nowhere/],
  [
    'for a folder that is a command',
    '.',
    ['--ci', 'github', '$(id)'],
    /cannot stand in a workflow/,
  ],
  ['for a folder elsewhere', '.', ['--ci', 'github', '..'], /cannot stand in a workflow/],
])('init %s is refused with a way out', async (_, below, flags, said) => {
  const folder = repository()
  const { code, err } = await faultlineIn(join(folder, below), 'init', ...flags)
  expect(code).toBe(2)
  expect(err).toMatch(said)
  expect(existsSync(join(folder, '.github'))).toBe(false)
})

test('plain init writes a scenario that passes as it is, and keeps one that is there', async () => {
  const folder = newFolder()
  const said = await faultlineIn(folder, 'init')
  expect(said).toMatchObject({ code: 0, err: '' })
  const [, command = ''] = /^Run it: faultline (.*)$/m.exec(said.out) ?? []
  const run = await faultlineIn(folder, ...command.split(' '), '--quiet')
  expect(run.code, run.out + run.err).toBe(0)
  const file = join(folder, 'scenarios/my-first.yaml')
  writeFileSync(file, 'mine\n')
  expect((await faultlineIn(folder, 'init')).code).toBe(2)
  expect(readFileSync(file, 'utf8')).toBe('mine\n')
})
