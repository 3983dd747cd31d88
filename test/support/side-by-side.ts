import { join } from 'node:path'
import { comparePage } from '../../harness/experiments/compare/compare-page.ts'
import { compare as compareSides } from '../../harness/experiments/compare/outcome.ts'
import { readSide } from '../../harness/experiments/compare/side.ts'
import { compare as compareWorlds } from '../../harness/experiments/twin/comparison.ts'
import { mainErrors } from '../../harness/experiments/twin/main-errors.ts'
import { twinPage } from '../../harness/experiments/twin/twin-page.ts'
import { defineScenario, run } from '../../harness/index.ts'
import { judgeRun } from '../../harness/pipeline/judge-run.ts'
import { newFolder } from './faultline.ts'

type RanTwice = { folder: string; as: string; slow: string }

let both: Promise<RanTwice> | undefined

/** The runs are made once, whoever shows them. */
const ranTwice = (): Promise<RanTwice> => {
  both ??= runTwice()
  return both
}

/** One plan with a cut, run with a store that is as the profile says and with a slow one; gives both folders. */
async function runTwice(): Promise<RanTwice> {
  const folder = newFolder()
  const leave = async (name: string, override: Record<string, string>) => {
    const written = {
      ...{ name: 'small', seed: 1, regions: ['us-east', 'eu-west'] },
      links: { 'us-east <-> eu-west': { latency: '38ms', jitter: '2ms' } },
      data: { set: 'glosses', base: 200 },
      system: { kind: 'active-active-cdc', conflict: 'hybrid-logical-clock', index: 'flat' },
      profile: { override },
      load: [{ in: ['us-east', 'eu-west'], clients: 8, search: '30/s', upsert: '4/s' }],
      timeline: { warmup: '1s', run: '20s', settle: '5s' },
      faults: [{ partition: 'us-east <-> eu-west', at: '6s', for: '4s' }],
      limits: [{ metric: 'search.response', p: 90, max: '40ms' }],
    }
    const out = join(folder, name)
    await run(defineScenario(written as never, {}), { out })
    return out
  }
  const as = await leave('as', {})
  const slow = await leave('slow', { 'store.search.base': '4ms' })
  return { folder, as, slow }
}

/** compare.html of two runs of which the second is slower. */
export async function compared(): Promise<string> {
  const { folder, as, slow } = await ranTwice()
  const comparison = compareSides(readSide(as, false), readSide(slow, false), {
    ...{
      least: { share: 0.05, points: 0.01 },
      meant: ['profile'],
      anyway: false,
      unknownToo: false,
    },
  })
  return comparePage(comparison, folder)
}

/** twin.html of the same two, the second in the place of the simulator. */
export async function twin(): Promise<string> {
  const { folder, as, slow } = await ranTwice()
  const [real, simulated] = [(await judgeRun(as)).analysis, (await judgeRun(slow)).analysis]
  const comparison = compareWorlds(real.metrics, simulated.metrics)
  const { name: scenario, seed, profile } = real.plan
  const when = { date: '2026-11-30', servers: 'milvus 2.6, kafka 4.1', machine: '2 cores, 8 GiB' }
  const errors = mainErrors(comparison.rows)
  const made = { scenario, seed, ...when, faultline: real.faultline, errors }
  return twinPage({ ...{ directory: folder, run: made, profile, comparison, real, simulated } })
}
