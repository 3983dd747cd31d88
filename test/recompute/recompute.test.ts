import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { MetricRow } from '../../harness/model/metric.ts'
import { faultline, newFolder, root } from '../support/faultline.ts'

/** One short run of each system, with what makes figures hard: a cut, contended keys, deletes, reads of own writes. */
const systems: Record<string, string> = {
  'active-active-cdc': 'conflict: hybrid-logical-clock',
  'primary-replica': 'primary: us-east, witness: ap-south, lease: 4s',
  'gossip-quorum': 'level: eventual',
  'wal-sharded': 'conflict: lamport',
  'scatter-gather': 'shards: 6, copies: 2',
}

const scenario = (kind: string, knobs: string): string => `# Does a second opinion say the same?
name: second-opinion
seed: 11
runs-in: [sim]
regions: [us-east, eu-west, ap-south]
links:
  us-east <-> eu-west: { latency: 38ms, jitter: 2ms }
  us-east <-> ap-south: { latency: 93ms, jitter: 3ms }
  eu-west <-> ap-south: { latency: 62ms, jitter: 3ms }
data: { set: glosses, base: 400 }
system: { kind: ${kind}, ${knobs}, index: flat }
load:
  - in: [us-east, eu-west, ap-south]
    clients: 6
    search: 15/s
    upsert: 8/s
    delete: 1/s
    fetch: 8/s
    fetchOwn: 20%
    queries: { zipf: 2 }
    keys: { fresh: 30%, existing: 40%, contended: 30%, contendedCount: 30 }
timeline: { warmup: 2s, run: 20s, settle: 12s }
faults:
  - { partition: us-east <-> eu-west, at: 5s, for: 5s }
`

const found = spawnSync('python3', ['-c', 'import numpy']).status === 0
const required = process.env['FAULTLINE_REQUIRE_PYTHON'] === '1'
const SKIPPED = 'skipped: no python3 with numpy'
// The reporter counts what is skipped and does not say why.
if (!found && !required) process.stderr.write(`test/recompute: ${SKIPPED}\n`)

/** What the script works out; the summary tells more. */
const metrics: readonly string[] = [
  ...['search.response', 'fetch.response', 'write.response', 'availability', 'lag', 'catch-up'],
  ...['staleness', 'link-bytes', 'recall'],
]

/** Bytes are told by phase, where a count that crosses a border goes to one side: here all phases together. */
function asRecomputed(rows: readonly MetricRow[]): MetricRow[] {
  const own = rows.filter(({ metric, hop }) => metrics.includes(metric) && hop === undefined)
  const totals = new Map<string, MetricRow>()
  for (const { link = '', value = 0, operation } of own.filter(
    (row) => row.metric === 'link-bytes',
  )) {
    if (operation !== undefined) continue
    const sum = (totals.get(link)?.value ?? 0) + value
    totals.set(link, { metric: 'link-bytes', unit: 'bytes', link, count: 0, value: sum })
  }
  return [...own.filter(({ metric }) => metric !== 'link-bytes'), ...totals.values()]
}

const placeOf = ({ metric, region, link, phase, operation }: Partial<MetricRow>): string =>
  [metric, region, link, phase, operation].filter((part) => part !== undefined).join(' ')

const figures = ['count', 'value', 'low', 'high', 'p50', 'p90', 'p99'] as const
type Figure = (typeof figures)[number]

/** Figures by what they are about; a count of pairs is not asked of the script, and neither is a bound. */
function figuresOf(rows: readonly Partial<MetricRow>[]): Map<string, number> {
  const found = new Map<string, number>()
  for (const row of rows)
    for (const figure of figures) {
      const value = row[figure]
      const uncounted = row.metric === 'catch-up' || row.metric === 'link-bytes'
      if (value === undefined || (uncounted && figure !== 'value')) continue
      found.set(`${placeOf(row)} ${figure satisfies Figure}`, value)
    }
  return found
}

/** Both ways: what one has and the other lacks is a difference too. Within 0.1 %, or equal where it is nothing. */
function differences(ours: Map<string, number>, theirs: Map<string, number>): string[] {
  return [...new Set([...ours.keys(), ...theirs.keys()])].flatMap((key) => {
    const [a, b] = [ours.get(key), theirs.get(key)]
    const same =
      a !== undefined &&
      b !== undefined &&
      Math.abs(a - b) <= Math.max(Math.abs(a), Math.abs(b)) / 1000
    return same ? [] : [`${key}: summary ${a}, recomputed ${b}`]
  })
}

for (const [kind, knobs] of Object.entries(systems))
  test(`figures of ${kind}, worked out from its record by other hands, are those of the summary to 0.1 %`, async (context) => {
    if (required) expect(found, 'python3 with numpy is required here and is not there').toBe(true)
    else if (!found) context.skip(SKIPPED)
    const folder = newFolder()
    const file = join(folder, 'second-opinion.yaml')
    writeFileSync(file, scenario(kind, knobs))
    const run = join(folder, 'run')
    const said = await faultline('run', file, '--quiet', '--out', run)
    expect(said.code, said.out + said.err).toBe(0)
    const ours = figuresOf(asRecomputed(summaryOf(run)))
    expect(ours.size).toBeGreaterThan(200)
    expect(differences(ours, figuresOf(recomputed(run)))).toEqual([])
  }, 120_000)

const summaryOf = (run: string): MetricRow[] =>
  JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8')).metrics

function recomputed(run: string): Partial<MetricRow>[] {
  const script = join(root, 'test/recompute/recompute.py')
  const { stdout, stderr } = spawnSync(
    'python3',
    [script, run, join(root, 'fixtures/glosses-10k')],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    },
  )
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}
