import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'faultline-package-'))
const copy = join(folder, 'checkout')
const user = join(folder, 'user')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const said = (cwd: string, command: string, ...args: string[]): string =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
const faultline = (...args: string[]): string =>
  said(user, join(user, 'node_modules/.bin/faultline'), ...args)

/** Packed in a copy: what packing compiles must not lie in a checkout where other tests look. */
beforeAll(() => {
  mkdirSync(copy)
  mkdirSync(user)
  const kept = [
    ...['harness', 'reports', 'scenarios', 'fixtures', 'docker', '.package'],
    ...['package.json', 'tsconfig.json', 'README.md', 'LICENSE', 'CHANGELOG.md'],
  ]
  for (const name of kept) cpSync(join(root, name), join(copy, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  said(copy, 'npm', 'pack', '--pack-destination', folder)
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  writeFileSync(join(user, 'package.json'), '{ "type": "module" }\n')
  said(user, 'npm', 'i', '--no-audit', '--no-fund', '--omit=optional', join(folder, tarball ?? ''))
}, 300_000)

test('an empty folder with the package runs a scenario by its name, without sources and without servers’ clients', () => {
  expect(faultline('--version')).toMatch(/^\d+\.\d+\.\d+\n$/)
  expect(faultline('scenarios', 'partition')).toMatch(/^partition-heal$/m)
  expect(faultline('run', 'partition-heal', '--quiet')).toMatch(/^PASS: /m)
  const installed = readdirSync(join(user, 'node_modules'))
  expect(installed).not.toContain('testcontainers')
  expect(installed).not.toContain('tsx')
  const files = readdirSync(join(user, 'node_modules/faultline'), { recursive: true }).map(String)
  expect(files.filter((file) => /(?<!\.d)\.ts$|^test|^runs/.test(file))).toEqual([])
}, 120_000)

test('a campaign forks its workers from the package', () => {
  expect(faultline('run', 'partition-heal', '--seeds', '1..2', '--quiet')).toMatch(/2 of 2/)
}, 120_000)

test('real servers and OTLP without their packages are refused with the command that installs them', () => {
  const run = () => faultline('run', 'partition-heal', '--world', 'containers', '--quiet')
  expect(run).toThrow(/npm i .*testcontainers/)
  const otlp = () => faultline('export', 'runs/latest', '--format', 'otlp')
  expect(otlp).toThrow(/npm i .*otlp-transformer/)
}, 60_000)

test('its types say what is wrong in a user’s code, and its four calls run', () => {
  writeFileSync(
    join(user, 'mine.mjs'),
    `import { scenario, run, judge, report } from 'faultline'
const plan = await scenario('partition-heal', { seed: 7 })
const directory = await run(plan, { out: 'mine' })
const { judgement } = await judge(directory)
console.log(judgement.verdict, await report(directory))\n`,
  )
  expect(said(user, process.execPath, 'mine.mjs')).toBe('pass mine/report.html\n')
  writeFileSync(
    join(user, 'mine.ts'),
    `import { scenario } from 'faultline'\nexport const seed: string = (await scenario('partition-heal')).seed\n`,
  )
  const types = ['--typeRoots', join(root, 'node_modules/@types'), '--types', 'node']
  const settings = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023']
  const check = () =>
    said(user, join(root, 'node_modules/.bin/tsc'), ...settings, ...types, 'mine.ts')
  const told = (() => {
    try {
      return check()
    } catch (error) {
      return (error as { stdout: string }).stdout
    }
  })()
  expect(told.trim()).toBe(
    "mine.ts(2,14): error TS2322: Type 'number' is not assignable to type 'string'.",
  )
}, 120_000)
