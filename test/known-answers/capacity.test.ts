import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { seekCapacity } from '../../harness/experiments/capacity/capacity.ts'
import type { CapacityResult } from '../../harness/model/capacity.ts'

const folder = mkdtempSync(join(tmpdir(), 'faultline-capacity-'))
afterAll(() => rmSync(folder, { recursive: true }))

type Store = { workers: number; baseMs: number; tailMs: number }

/** One region whose store is a queue with one line and `workers` servers, asked by nobody but searches. */
function scenarioOf(
  { workers, baseMs, tailMs }: Store,
  more: { limits: string; load?: string },
): string {
  const { limits, load = 'search: 100/s' } = more
  return `# How much does this queue take?

name: queue
seed: 42
regions: [us-east]
data: { set: glosses, base: 100 }
system: { kind: active-active-cdc, index: flat }
load:
  - { in: us-east, clients: 20, ${load} }
profile: { override: { store.workers: ${workers}, store.overhead: 0ms, store.search.base: ${baseMs}ms, store.search.tail: ${tailMs}ms } }
timeline: { warmup: 2s, run: 60s, settle: 2s }
limits:
${limits}
`
}

async function sought(name: string, scenario: string): Promise<CapacityResult> {
  const file = join(folder, `${name}.yaml`)
  writeFileSync(file, scenario)
  const { result } = await seekCapacity(file, {
    ...{ out: join(folder, name), seeds: 3, width: 0.05 },
    ...{ stopped: () => false, onNote() {}, onBegin() {}, onTrial() {} },
  })
  return result
}

/** Both ends in searches per second. */
function bracket({ outcome, own }: CapacityResult): [number, number] {
  if (outcome.kind !== 'bracketed') throw new Error(JSON.stringify(outcome))
  return [own.searchPerSec * outcome.keeps, own.searchPerSec * outcome.fails]
}

/** The rate at which a rising function of it reaches `target`. */
function rateWhere(target: number, of: (perSec: number) => number, most: number): number {
  let [low, high] = [0, most]
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (of(middle) < target) low = middle
    else high = middle
  }
  return low
}

/**
 * p99 in seconds of a queue with `workers` servers, arrivals evenly spaced and service base + tail · Exp(1), by the
 * recursion of Kiefer and Wolfowitz (1955). It shares nothing with the simulator.
 */
function simulatedP99(
  perSec: number,
  { workers, baseMs, tailMs }: Store,
  arrivals = 400_000,
): number {
  let state = 12_345
  const uniform = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
  const free = new Array<number>(workers).fill(0)
  const responses: number[] = []
  let now = 0
  for (let i = 0; i < arrivals; i++) {
    now += 1 / perSec
    const at = free.indexOf(Math.min(...free))
    const begun = Math.max(now, free[at] as number)
    free[at] = begun + (baseMs - tailMs * Math.log(uniform())) / 1000
    responses.push((free[at] as number) - now)
  }
  responses.sort((a, b) => a - b)
  return responses[Math.ceil(arrivals * 0.99) - 1] as number
}

test('the bracket holds the capacity of a queue that is known, 5 % wide, and of two limits the smaller wins', async () => {
  const store = { workers: 2, baseMs: 5, tailMs: 5 }
  const limits = [
    '  - { metric: search.response, p: 99, max: 60ms }',
    '  - { metric: search.response, p: 50, max: 400ms }',
  ].join('\n')
  const load = 'search: 100/s, arrivals: constant'
  const result = await sought('queue', scenarioOf(store, { limits, load }))
  const truth = rateWhere(0.06, (perSec) => simulatedP99(perSec, store), 200)
  expect(truth).toBeGreaterThan(180)
  const [keeps, fails] = bracket(result)
  expect(keeps).toBeLessThanOrEqual(truth)
  expect(fails).toBeGreaterThanOrEqual(truth)
  expect(fails / keeps - 1).toBeLessThanOrEqual(0.05)
  const broken = result.trials
    .filter(({ factor }) => result.outcome.kind === 'bracketed' && factor === result.outcome.fails)
    .flatMap((trial) => trial.limits.filter(({ verdict }) => verdict === 'fail'))
  expect(new Set(broken.map(({ text }) => text))).toEqual(
    new Set(['metric: search.response, p: 99, max: 60ms']),
  )
  const written = JSON.parse(readFileSync(join(folder, 'queue', 'capacity.json'), 'utf8'))
  expect(written.outcome).toEqual(result.outcome)
  expect(readFileSync(join(folder, 'queue', 'capacity.html'), 'utf8')).toContain('Keeps all limits')
})
