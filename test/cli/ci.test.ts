import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { faultline, faultlineWith, newFolder, program } from '../support/faultline.ts'

const scenarioText = (limit: string, more = '') => `# Is a small calm run quick?
name: small
regions: [us, eu]
links: { us <-> eu: { latency: 40ms } }
data: { set: glosses, base: 300 }
system: { kind: active-active-cdc }
load:
  - { in: [us, eu], clients: 5, search: 60/s, upsert: 5/s }
timeline: { warmup: 1s, run: 20s, settle: 3s }
limits:
  - ${limit}
${more}`

const calm = '{ metric: lost-writes, max: 0 }'
const strict = '{ metric: search.response, p: 99, max: 1ms }'

function scenarioIn(folder: string, limit: string, more?: string): string {
  const file = join(folder, 'small.yaml')
  writeFileSync(file, scenarioText(limit, more))
  return file
}

const countsOf = (file: string): string =>
  /<testsuites [^>]*?(tests="\d+" failures="\d+" errors="\d+")/.exec(
    readFileSync(file, 'utf8'),
  )?.[1] ?? ''

test('--junit stands beside the run it tells of, and a kept run gives the same again', async () => {
  const folder = newFolder()
  const out = join(folder, 'run')
  const first = join(out, 'junit.xml')
  const run = await faultline('run', scenarioIn(folder, strict), '--out', out, '--junit', first)
  expect(run).toMatchObject({ code: 1, err: '' })
  const xml = readFileSync(first, 'utf8')
  expect(countsOf(first)).toMatch(/failures="3" errors="0"/)
  expect(xml).toContain(
    '<testcase classname="small on active-active-cdc, sim.us.baseline" name="search.response p99 ≤ 1 ms"',
  )
  const again = join(folder, 'again.xml')
  const report = await faultline('report', out, '--junit', again)
  expect(report.code).toBe(1)
  expect(readFileSync(again, 'utf8')).toBe(xml)
})

test('a red run that is meant to be red has no failure where it is judged by that', async () => {
  const folder = newFolder()
  const file = scenarioIn(folder, strict, 'expect: { verdict: fail, breaks: [search.response] }')
  const junit = join(folder, 'out.xml')
  const said = await faultline(
    'run',
    file,
    '--expect',
    '--out',
    join(folder, 'r'),
    '--junit',
    junit,
  )
  expect(said.code).toBe(0)
  expect(countsOf(junit)).toMatch(/failures="0" errors="0"/)
  expect(readFileSync(junit, 'utf8')).toMatch(/<skipped message="as the scenario expects: broken/)
})

test('a scenario that is wrong, and an option that cannot be followed, are errors in the file', async () => {
  const folder = newFolder()
  const junit = join(folder, 'out.xml')
  const wrong = scenarioIn(folder, '{ metric: lost-wriets, max: 0 }')
  expect((await faultline('run', wrong, '--junit', junit)).code).toBe(2)
  expect(countsOf(junit)).toBe('tests="1" failures="0" errors="1"')
  expect(readFileSync(junit, 'utf8')).toContain('lost-writes')
  const into = await faultline('run', wrong, '--junit', folder)
  expect(into).toMatchObject({ code: 2 })
  expect(into.err).toContain('Give the path of a file')
})

test('a folder gives a suite for each run, also for one that cannot be made', async () => {
  const folder = newFolder()
  const scenarios = join(folder, 'scenarios')
  mkdirSync(scenarios)
  scenarioIn(scenarios, calm)
  writeFileSync(join(scenarios, 'broken.yaml'), 'name: [\n')
  const junit = join(folder, 'out.xml')
  const out = join(folder, 'runs')
  const said = await faultline('run', scenarios, '--out', out, '--junit', junit, '--quiet')
  expect(said.code).not.toBe(0)
  const names = [...readFileSync(junit, 'utf8').matchAll(/<testsuite name="([^"]*)"/g)]
  expect(names.map(([, name]) => name).toSorted()).toEqual([
    'all runs',
    'broken',
    'small on active-active-cdc, sim',
  ])
  expect(readFileSync(join(out, 'table.json'), 'utf8')).not.toContain('"suite"')
})

test('points of a sweep are suites of their own, and no two cases of a file have one name', async () => {
  const folder = newFolder()
  const junit = join(folder, 'out.xml')
  const sweep = `sweep:
  vary: { data.base: [100, 200] }
  show: [{ metric: lost-writes }]
`
  const flags = ['--out', join(folder, 's'), '--junit', junit, '--quiet']
  const said = await faultline('run', scenarioIn(folder, calm, sweep), ...flags)
  expect(said.code).toBe(0)
  const cases = [
    ...readFileSync(junit, 'utf8').matchAll(/<testcase classname="([^"]*)" name="([^"]*)"/g),
  ]
  const names = cases.map(([, place, name]) => `${place} ${name}`)
  expect(
    names.filter((name) => name.startsWith('small on active-active-cdc, sim, data.base = 200.')),
  ).toHaveLength(names.length / 2)
  expect(new Set(names).size).toBe(names.length)
})

test('a campaign gives a case for each seed', async () => {
  const folder = newFolder()
  const junit = join(folder, 'out.xml')
  const file = scenarioIn(folder, strict)
  const flags = ['--seeds', '1..2', '--out', join(folder, 'c'), '--junit', junit, '--quiet']
  expect((await faultline('run', file, ...flags)).code).toBe(1)
  expect(countsOf(junit)).toBe('tests="3" failures="3" errors="0"')
  expect(readFileSync(junit, 'utf8')).toMatch(/name="seed 2"[\s\S]*to repeat: faultline run /)
})

test('a run that is killed leaves a file that is an error, not that of the run before', async () => {
  const folder = newFolder()
  const junit = join(folder, 'out.xml')
  writeFileSync(junit, '<testsuites tests="1" failures="0" errors="0"/>\n')
  const file = scenarioIn(folder, calm)
  const flags = [program, 'run', file, '--out', join(folder, 'r'), '--junit', junit]
  const child = spawn(process.execPath, flags, { stdio: 'ignore' })
  const ended = once(child, 'exit')
  while (!existsSync(join(folder, 'r', 'record.jsonl'))) await sleep(5)
  child.kill('SIGKILL')
  await ended
  expect(countsOf(junit)).toBe('tests="1" failures="0" errors="1"')
})

test('in a GitHub workflow a run marks the line of a broken limit and adds to the summary of its step', async () => {
  const folder = newFolder()
  const file = scenarioIn(folder, strict)
  const summary = join(folder, 'summary.md')
  writeFileSync(summary, 'before\n')
  const workflow = { GITHUB_STEP_SUMMARY: summary, GITHUB_WORKSPACE: folder }
  const said = await faultlineWith(workflow, folder, 'run', file, '--out', 'r', '--json')
  expect(said.code).toBe(1)
  expect(JSON.parse(said.out)).toMatchObject({ verdict: 'fail' })
  const line =
    scenarioText(strict)
      .split('\n')
      .findIndex((text) => text.includes('max: 1ms')) + 1
  expect(said.err).toMatch(new RegExp(`^::error file=small.yaml,line=${line},title=`, 'm'))
  const text = readFileSync(summary, 'utf8')
  expect(text).toMatch(/^before\n# ❌ failed: small on active-active-cdc, sim\n/)
  expect(text).toContain('Report: `r/report.html`')
})
