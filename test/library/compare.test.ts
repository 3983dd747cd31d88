import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compare } from '../../harness/experiments/compare/outcome.ts'
import { readSide } from '../../harness/experiments/compare/side.ts'
import { defineScenario, run } from '../../harness/index.ts'
import { newFolder } from '../support/faultline.ts'

const SEEDS = [101, 102, 103, 104, 105, 106]

const planOf = (seed: number) =>
  defineScenario({
    name: 'small-cut',
    seed,
    regions: ['us', 'eu'],
    links: { 'us <-> eu': { latency: '38ms', jitter: '2ms' } },
    data: { set: 'glosses', base: 200 },
    system: { kind: 'active-active-cdc', conflict: 'hybrid-logical-clock', index: 'flat' },
    load: [{ in: ['us', 'eu'], clients: 8, search: '30/s', upsert: '4/s' }],
    timeline: { warmup: '1s', run: '30s', settle: '8s' },
    faults: [{ partition: 'us <-> eu', at: '8s', for: '8s' }],
  } as never)

test('of 15 pairs of seeds of one scenario with a cut, one run each, at most one seems to differ', async () => {
  const folder = newFolder()
  for (const seed of SEEDS) await run(planOf(seed), { out: join(folder, `seed-${seed}`) })
  const { path, runs } = readSide(folder, true)
  const least = { share: 0.05, points: 0.01 }
  const options = { least, meant: [], anyway: false, unknownToo: true }
  const pairs = runs.flatMap((a, i) => runs.slice(i + 1).map((b) => [a, b] as const))
  const alarms = pairs.filter(([a, b]) => {
    const { rows } = compare({ path, runs: [a] }, { path, runs: [b] }, options)
    return rows.some(({ verdict }) => verdict === 'worse' || verdict === 'better')
  })
  expect(pairs).toHaveLength(15)
  expect(alarms.length).toBeLessThanOrEqual(1)
})
