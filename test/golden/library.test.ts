import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { unmet } from '../../harness/pipeline/expectation.ts'
import { judgeRecord } from '../../harness/pipeline/judge-run.ts'
import { planOf, worldsIn } from '../../harness/pipeline/plan.ts'
import { recordRun } from '../../harness/pipeline/record-run.ts'
import { CapabilityMissing } from '../../harness/ports/errors.ts'
import { openRunDirectory } from '../../harness/record/run-directory.ts'
import { loadHnswlib } from '../../harness/worlds/sim/graph.ts'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const goldenFile = path('golden.json')
const golden: Record<string, string> = existsSync(goldenFile)
  ? JSON.parse(readFileSync(goldenFile, 'utf8'))
  : {}
const updating = process.env['UPDATE_GOLDEN'] === '1'

const runsInSim = (file: string) => worldsIn(path(`../../scenarios/${file}`)).includes('sim')

const all = readdirSync(path('../../scenarios')).filter(
  (name) => name.endsWith('.yaml') && name !== 'claims.yaml',
)
const isQuick = (file: string) =>
  parse(readFileSync(path(`../../scenarios/${file}`), 'utf8')).quick === true

/** Those a person waits for; `faultline run scenarios/ --expect` runs all, in CI and at night. */
const scenarios = all.filter((file) => runsInSim(file) && isQuick(file))

/** Everything after the plan line: the plan names the file and version, which may change. */
function hashOfEvents(record: string): string {
  const text = readFileSync(record, 'utf8')
  return createHash('sha256')
    .update(text.slice(text.indexOf('\n') + 1))
    .digest('hex')
}

/** Whether the optional addon is here; in CI it must be. */
function graphsCanBeHad(): boolean {
  if (process.env['CI'] === 'true') return true
  try {
    loadHnswlib()
    return true
  } catch (error) {
    if (error instanceof CapabilityMissing) return false
    throw error
  }
}

test.each(scenarios)(
  '%s comes out as its file says, and writes the record it wrote last time',
  async (file) => {
    const out = mkdtempSync(join(tmpdir(), 'faultline-golden-'))
    const scenario = path(`../../scenarios/${file}`)
    const plan = planOf(scenario)
    const recorded = recordRun(plan, openRunDirectory(plan, out), {})
    if (plan.index.kind === 'hnsw' && !graphsCanBeHad()) {
      await expect(recorded).rejects.toThrow('capability missing')
      return
    }
    await recorded
    const { analysis, judgement } = judgeRecord(out)
    expect(analysis.plan.expect, 'every scenario of the library states its outcome').not.toBeNull()
    expect(unmet(analysis, judgement), judgement.because).toEqual([])
    // An hnsw graph is the addon's own: the same per build of it, not on every machine.
    if (analysis.plan.index.kind === 'hnsw') return
    const hash = hashOfEvents(join(out, 'record.jsonl'))
    if (updating) {
      golden[file] = hash
      const sorted = Object.fromEntries(Object.entries(golden).sort(([a], [b]) => (a < b ? -1 : 1)))
      writeFileSync(goldenFile, `${JSON.stringify(sorted, null, 2)}\n`)
    }
    expect(hash, 'if records are meant to change: UPDATE_GOLDEN=1 npx vitest run test/golden').toBe(
      golden[file],
    )
  },
)

test('what cannot be simulated is not tried here: these scenarios name real servers only', () => {
  expect(all.filter((file) => !runsInSim(file))).toEqual([
    'calibrate.yaml',
    'jvm-clock-skew.yaml',
    'kafka-paused-idempotent-client.yaml',
    'kafka-paused-serial-client.yaml',
    'milvus-frozen-long.yaml',
    'pgvector-dead-neighbours.yaml',
    'pgvector-heal.yaml',
    'two-stores.yaml',
  ])
})
