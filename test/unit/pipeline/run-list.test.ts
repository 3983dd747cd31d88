import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { listRuns } from '../../../harness/pipeline/run-list.ts'
import { runListText } from '../../../harness/text/run-list.ts'
import { runListPage } from '../../../reports/run-list.ts'
import { balanced } from '../reports/balanced.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'faultline-runs-'))

function put(path: string, text = ''): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

const search = { metric: 'search.response', unit: 'us', region: 'us', count: 9 }
const metrics = [
  { ...search, phase: 'warmup', p99: 9_000_000 },
  { ...search, phase: 'baseline', p99: 5_000 },
  { ...search, phase: 'fault:cut', p99: 7_000 },
  { metric: 'recall', unit: 'ratio', region: 'us', phase: 'baseline', low: 0.98, high: 0.99 },
  { metric: 'recall', unit: 'ratio', region: 'us', phase: 'baseline', cause: 'index', low: 0.01 },
  { metric: 'lag', unit: 'us', link: 'us>eu', phase: 'fault:cut', p90: 'Infinity' },
  { metric: 'lag', unit: 'us', link: 'us>eu', phase: 'fault:cut', hop: 'logged-mirrored', p90: 3 },
]

/** A run that began on this day of November. */
function aRun(path: string, day: number, over: object = {}): void {
  put(join(path, 'record.jsonl'))
  const startedAt = `2026-11-${String(day).padStart(2, '0')}T08:00:00.000Z`
  const what = { scenario: 'cut', system: 'gossip-quorum', world: 'sim', seed: 42 }
  const came = { verdict: 'pass', because: 'All limits hold.', metrics }
  put(
    join(path, 'summary.json'),
    JSON.stringify({ format: 1, ...what, startedAt, ...came, ...over }),
  )
}

test('of each scenario the newest run comes first, with the worst of what it measured after warm-up', () => {
  const runs = folder()
  aRun(join(runs, 'old'), 1)
  aRun(join(runs, 'a-night', 'rep-1'), 3, { verdict: 'fail', because: 'A limit was broken.' })
  aRun(join(runs, 'mid'), 2)
  aRun(join(runs, 'other'), 2, { world: 'containers', metrics: [] })
  symlinkSync('old', join(runs, 'latest'))
  const { groups, untold } = listRuns(runs)
  expect(untold).toEqual([])
  expect(
    groups.map(({ world, runs: own, streak, before }) => ({
      world,
      streak,
      before,
      paths: own.map(({ path }) => path),
    })),
  ).toEqual([
    { world: 'sim', streak: 1, before: 'pass', paths: ['a-night/rep-1', 'mid', 'old'] },
    { world: 'containers', streak: 1, before: null, paths: ['other'] },
  ])
  expect(groups[0]?.runs[0]).toMatchObject({
    searchP99Us: 7_000,
    recall: 0.98,
    lagP90Us: Number.POSITIVE_INFINITY,
  })
  expect(groups[1]?.runs[0]).toMatchObject({ searchP99Us: null, recall: null, lagP90Us: null })
})

test('the list says whether the newest verdict is new', () => {
  const runs = folder()
  for (const day of [1, 2]) aRun(join(runs, `p${day}`), day)
  expect(runListText(listRuns(runs), 'runs')).toContain('as in all 2 runs: p2')
  aRun(join(runs, 'f3'), 3, { verdict: 'fail' })
  expect(runListText(listRuns(runs), 'runs')).toContain('new: the run before was pass: f3')
  aRun(join(runs, 'f4'), 4, { verdict: 'fail' })
  expect(runListText(listRuns(runs), 'runs')).toContain('fail for 2 runs, pass before: f4')
})

test('what has no summary, or one that nobody can read, is named with a way out', () => {
  const runs = folder()
  put(join(runs, 'cut-off', 'record.jsonl'))
  aRun(join(runs, 'newer'), 1, { format: 2 })
  put(join(runs, 'torn', 'record.jsonl'))
  put(join(runs, 'torn', 'summary.json'), '{ "form')
  const { untold, groups } = listRuns(runs)
  expect(groups).toEqual([])
  expect(untold.map(({ path, why }) => `${path}: ${why.split('.')[0]}`)).toEqual([
    'cut-off: it has no summary: it is under way, or was cut off',
    'newer: its summary is of another version',
    'torn: its summary is no JSON',
  ])
  for (const { why } of untold) expect(why).toContain('faultline report ')
  expect(() => listRuns(join(runs, 'nowhere'))).toThrow(/there is no folder .*Make a run first/)
})

test('the page links what is there, the worst first, and pages about several runs', () => {
  const runs = folder()
  aRun(join(runs, 'good'), 5, { scenario: 'steady' })
  aRun(join(runs, 'a night', 'rep-1'), 3, { verdict: 'fail', because: 'p99 < 5 ms & more.' })
  put(join(runs, 'a night', 'rep-1', 'report.html'))
  put(join(runs, 'a night', 'nights.html'))
  const html = runListPage(listRuns(runs), '0.1.0', 'runs')
  expect(balanced(html)).toEqual([])
  expect(html).toContain(
    'Of 2 scenarios 1 did not pass last (cut), and none came out otherwise than before.',
  )
  expect(html).toContain('href="a%20night/rep-1/report.html"')
  expect(html).toContain('href="a%20night/nights.html"')
  expect(html).toContain('p99 &lt; 5')
  expect(html.indexOf('<td>cut</td>')).toBeLessThan(html.indexOf('<td>steady</td>'))
  expect(runListPage(listRuns(folder()), '0.1.0', 'runs')).toContain('No run is here yet.')
})
