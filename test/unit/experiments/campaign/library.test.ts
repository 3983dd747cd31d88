import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { type StateName, states } from '../../../../harness/analysis/ledger/states.ts'
import { libraryPage } from '../../../../harness/experiments/campaign/library-page.ts'
import {
  isWholeLibrary,
  ledgerOf,
  ledgerText,
} from '../../../../harness/experiments/campaign/library-states.ts'
import {
  type LibraryResult,
  libraryExitCode,
  libraryTable,
} from '../../../../harness/experiments/campaign/library-table.ts'
import { libraryTasks } from '../../../../harness/experiments/campaign/library-tasks.ts'
import { scenarioFiles } from '../../../../harness/experiments/campaign/scenario-files.ts'
import { type Row, rowNotRun, type Task } from '../../../../harness/experiments/campaign/task.ts'
import { systems } from '../../../../harness/pipeline/catalogue.ts'
import { balanced } from '../../reports/balanced.ts'

const head = (name: string, more = '') => `# Is it so?
name: ${name}
regions: [us, eu]
links: { us <-> eu: { latency: 40ms } }
system: { kind: active-active-cdc }
${more}`

const load = (rate: number) => `load: [{ in: [us, eu], search: ${rate}/s }]
timeline: { warmup: 5s, run: 15s }
`

function aLibrary(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-library-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

const [other = ''] = Object.keys(systems).filter((kind) => kind !== 'active-active-cdc')

test('a folder is its scenarios, those that want most first, without lists and other files', () => {
  const folder = aLibrary({
    'small.yaml': head('small', load(5)),
    'large.yaml': head('large', load(500)),
    'claims.yaml': '- { claim: "it holds" }\n',
    'README.md': '# Scenarios\n',
    'seed-1.plan.json': '{}',
  })
  const files = scenarioFiles([folder])
  expect(files.map(({ file, size }) => [file.slice(folder.length + 1), size])).toEqual([
    ['large.yaml', 20_000],
    ['seed-1.plan.json', Number.POSITIVE_INFINITY],
    ['small.yaml', 200],
  ])
  const { tasks } = libraryTasks(files.slice(0, 3), 'runs/library', { expect: true })
  expect(tasks.map(({ directory }) => directory)).toEqual([
    'runs/library/seed-1',
    'runs/library/large',
    'runs/library/small',
  ])
  expect(tasks[1]).toMatchObject({ keep: 'odd', expecting: true, figures: true })
})

test('what runs on real servers only is left out and named, and --quick takes what says so', () => {
  const folder = aLibrary({
    'real.yaml': head('real', `runs-in: [containers]\n${load(5)}`),
    'quick.yaml': head('quick', `quick: true\n${load(5)}`),
    'slow.yaml': head('slow', load(5)),
  })
  const files = scenarioFiles([folder])
  const all = libraryTasks(files, 'out', {})
  expect(all.onServersOnly).toEqual([join(folder, 'real.yaml')])
  expect(all.tasks).toHaveLength(2)
  const { tasks } = libraryTasks(files, 'out', { quick: true })
  expect(tasks.map(({ file }) => file)).toEqual([join(folder, 'quick.yaml')])
})

test('--all is each scenario on its own system and on every other that it names', () => {
  const more = `systems: { ${other}: { expect: { verdict: fail, fire: [lost-writes] } } }\n${load(5)}`
  const folder = aLibrary({ 'one.yaml': head('one', load(5)), 'two.yaml': head('two', more) })
  const { tasks } = libraryTasks(scenarioFiles([folder]), 'out', { all: true })
  expect(tasks.map(({ directory, system }) => [directory, system])).toEqual([
    ['out/one', undefined],
    ['out/two', undefined],
    [`out/two-${other}`, other],
  ])
})

test('each point of a sweep is a run of its own', () => {
  const sweep = `sweep:
  vary: { system.conflict: [hybrid-logical-clock, last-writer-wins] }
  show: [{ metric: lost-writes }]
${load(5)}`
  const folder = aLibrary({ 'sweep.yaml': head('sweep', sweep) })
  const { tasks } = libraryTasks(scenarioFiles([folder]), 'out', {})
  expect(tasks.map(({ point, directory }) => [point, directory])).toEqual([
    [1, 'out/sweep/point-1'],
    [2, 'out/sweep/point-2'],
  ])
})

test('a folder without scenarios, and one where nothing is left, are refused with a sentence', () => {
  const empty = aLibrary({ 'notes.txt': '' })
  mkdirSync(join(empty, 'inner'))
  expect(() => scenarioFiles([empty])).toThrow('there is no scenario in')
  expect(() => scenarioFiles(['no-such-folder'])).toThrow('there is no file or folder')
  const slow = scenarioFiles([aLibrary({ 'slow.yaml': head('slow', load(5)) })])
  expect(() => libraryTasks(slow, 'out', { quick: true })).toThrow('quick: true')
})

const aRow = (over: Partial<Row>): Row => ({
  ...{ scenario: 'calm', file: 'calm.yaml', system: 'active-active-cdc', seed: 42 },
  ...{ verdict: 'pass', exitCode: 0, because: 'All hold.', expected: null },
  ...{ outcome: 'as it should', wrong: [], seconds: 1.25 },
  ...over,
})

const redAsStated = aRow({
  ...{ scenario: 'red', verdict: 'fail', exitCode: 6 },
  expected: { verdict: 'fail', mustFire: [], mustNotFire: [] },
})
const odd = aRow({
  ...{ scenario: 'odd', verdict: 'unknown', exitCode: 3, outcome: 'not as it should' },
  ...{ wrong: ['the verdict should be pass and is unknown'], directory: 'runs/library/odd' },
})
const reported = aRow({ system: 'another', verdict: 'fail', exitCode: 1, outcome: 'reported' })

const task: Task = {
  ...{ file: 'scenarios/gone.yaml', directory: 'out/gone' },
  ...{ keep: 'odd', expecting: true, figures: false },
}

test('the exit code is 0 only if every expectation is met, red ones included', () => {
  expect(libraryExitCode([aRow({}), redAsStated, reported], true)).toBe(0)
  expect(libraryExitCode([aRow({}), odd], true)).toBe(1)
  expect(libraryExitCode([aRow({}), rowNotRun(task, 'it crashed', 5)], true)).toBe(1)
})

test('without expectations the exit code is that of the worst run, or of one that was not made', () => {
  expect(libraryExitCode([aRow({}), aRow({ verdict: 'fail', exitCode: 1 })], false)).toBe(1)
  expect(libraryExitCode([odd, redAsStated], false)).toBe(6)
  expect(libraryExitCode([redAsStated, rowNotRun(task, 'no such system', 2)], false)).toBe(2)
})

const all = Object.keys(states) as StateName[]
const [first, second, ...rest] = all as [StateName, StateName, ...StateName[]]

const aLibraryResult: LibraryResult = {
  ...{ format: 1, faultline: '0.1.0', expecting: true, exitCode: 1, seconds: 4, jobs: 2 },
  ...{ secondsOfRuns: 5, asked: 6, onServersOnly: ['real.yaml'] },
  rows: [odd, redAsStated, aRow({}), reported, rowNotRun(task, 'its process ended', 5)],
}

test('the table says of each run what came out, and why of those that are odd', () => {
  expect(
    libraryTable(aLibraryResult),
  ).toBe(`  scenario  system             verdict  expected  as stated  seconds
  calm      active-active-cdc  pass     pass      yes            1.3
  calm      another            fail     -         -              1.3
  gone                         not run  pass      NO             0.0
  odd       active-active-cdc  unknown  pass      NO             1.3
  red       active-active-cdc  fail     fail      yes            1.3

NOT AS EXPECTED: gone: its process ended
NOT AS EXPECTED: odd on active-active-cdc: the verdict should be pass and is unknown
  report: runs/library/odd/report.html

2 of 5 runs came out as stated, 2 did not, of 1 nothing is expected.
Interrupted: 1 of 6 runs were not made.
Left out, for real servers only: 1 scenario.
4 s, 5 s of runs in 2 processes.`)
})

test('the page has surprises first, each with why and its report, and of every run question and figures', () => {
  const p99 = { what: 'search.response p99', metric: 'search.response', unit: 'us' } as const
  const figures = [
    { ...p99, where: 'baseline', measured: { low: 5_000, high: 5_000 } },
    { ...p99, where: 'fault:cut', measured: { low: 7_000, high: 9_000 } },
  ]
  const calm = aRow({ question: 'Is it calm?', figures })
  const ledger = ledgerOf([aRow({ reached: { [first]: 2 } })], true)
  const rows = [calm, ...aLibraryResult.rows]
  const html = libraryPage({ ...aLibraryResult, rows, ledger }, 'runs/library').replaceAll(
    '\u00a0',
    ' ',
  )
  expect(balanced(html)).toEqual([])
  expect(html).toContain('<header class="fail">')
  expect(html).toMatch(
    /<span>3 of 6 runs came out as stated, 2 did not, of 1 nothing is expected\. 1 of \d+ states/,
  )
  const surprises = html.slice(html.indexOf('id="surprises"'), html.indexOf('id="runs"'))
  expect(surprises).toMatch(/not run.*gone.*its process ended.*href="odd\/report\.html">odd<\/a>/s)
  expect(surprises).not.toContain('Is it calm?')
  const table = html.slice(html.indexOf('id="runs"'), html.indexOf('id="states"'))
  expect(table).toMatch(
    /Is it calm\?<\/small><\/td>.*<td>yes<\/td><td class="n">7\.00 … 9\.00 ms<\/td>/s,
  )
  expect(table.indexOf('>odd<')).toBeLessThan(table.indexOf('>calm<'))
  expect(html).toContain('<strong>Never reached</strong>')
  expect(html).toContain('<li>real.yaml</li>')
})

const reaching = (file: string, ...names: StateName[]) =>
  aRow({ file, reached: Object.fromEntries(names.map((name) => [name, 3])) })

test('a state counts the scenarios that reached it, each once, and names the first', () => {
  const rows = [
    reaching('scenarios/b.yaml', first),
    reaching('scenarios/a.yaml', first, second),
    reaching('scenarios/a.yaml', first),
    rowNotRun(task, 'it crashed', 5),
  ]
  const ledger = ledgerOf(rows, true)
  expect(ledger.reached).toEqual([
    { state: first, scenarios: 2, first: 'a' },
    { state: second, scenarios: 1, first: 'a' },
  ])
  expect(ledger.never).toEqual(rest)
})

test('a state never reached is named, and fails the library of Faultline itself, no other folder', () => {
  const rows = [reaching('a.yaml', first, ...rest)]
  const held = ledgerOf(rows, true)
  expect(ledgerText(held).slice(-2)).toEqual([
    `NEVER REACHED: ${second}`,
    `${all.length - 1} of ${all.length} states of the ledger were reached: 1 state was never tested.`,
  ])
  expect(libraryExitCode(rows, true, held)).toBe(1)
  expect(libraryExitCode(rows, true, ledgerOf(rows, false))).toBe(0)
  const whole = ledgerOf([reaching('a.yaml', ...all)], true)
  expect(ledgerText(whole).at(-1)).toBe(`All ${all.length} states of the ledger were reached.`)
  expect(libraryExitCode(rows, true, whole)).toBe(0)
})

test('the list of states is held against the whole library with its own seeds and systems only', () => {
  const library = fileURLToPath(new URL('../../../../scenarios/', import.meta.url))
  expect(isWholeLibrary([library], {})).toBe(true)
  expect(isWholeLibrary([library], { all: true })).toBe(true)
  for (const part of [{ quick: true }, { seed: 7 }, { system: other }])
    expect(isWholeLibrary([library], part)).toBe(false)
  expect(isWholeLibrary([library, library], {})).toBe(false)
  expect(isWholeLibrary([aLibrary({ 'one.yaml': head('one', load(5)) })], {})).toBe(false)
})
