import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LimitPlan } from '../../harness/model/limit.ts'
import type { Plan } from '../../harness/model/plan.ts'
import type { ServiceLevel } from '../../harness/model/service-level.ts'
import { MS, SECOND } from '../../harness/model/units.ts'
import { aLimit } from './analysis.ts'
import { aLoad } from './plan.ts'
import { aRecord, type RecordScript } from './record.ts'

/** Searches of a run: 200 in each of its ten seconds, 2,000 in all. */
const SEARCHES = 2_000

export const availability = (share: number, over: Partial<LimitPlan> = {}): LimitPlan =>
  aLimit({
    ...{ metric: 'availability', stat: { kind: 'value' }, bound: 'at-least', value: share },
    ...{ operation: 'search', phase: 'baseline', text: `availability ${share}` },
    ...over,
  })

export const response = (over: Partial<LimitPlan> = {}): LimitPlan =>
  aLimit({ value: 40 * MS, phase: 'baseline', ...over })

export const aLevel = (limits: LimitPlan[], over: Partial<ServiceLevel> = {}): ServiceLevel => ({
  ...{ name: 'gold', title: 'Gold search', owner: 'search-team', windowUs: SECOND, limits },
  ...over,
})

export type RunOver = {
  seed?: number
  levels?: ServiceLevel[]
  plan?: Partial<Plan>
  /** Numbers of searches, from 0, that fail, and that take 80 ms in the place of 1. */
  failing?: readonly number[]
  slow?: readonly number[]
  /** How late searches are sent. */
  lateUs?: number
  also?: (record: RecordScript) => unknown
  /** Keeps so many characters of the record. */
  keep?: number
}

export const row = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + i)

/** Writes the record of a run by hand into `folder`/`name`, and gives that path. */
export function leaveRun(folder: string, name: string, over: RunOver = {}): string {
  const { seed = 1, levels, plan = {}, failing = [], slow = [], lateUs = 0 } = over
  const record = aRecord({
    ...{ name: 'calm', seed, data: { set: 'glosses', base: 200 } },
    load: [aLoad({ searchPerSec: 200, upsertPerSec: 0, arrivals: { kind: 'constant' } })],
    limits: [],
    ...(levels && { serviceLevels: levels }),
    ...plan,
  })
  const [bad, late] = [new Set(failing), new Set(slow)]
  for (let i = 0; i < SEARCHES; i++) {
    const intended = SECOND + i * 5 * MS
    const at = intended + lateUs
    const outcome = bad.has(i) ? 'fail' : 'ok'
    record.search({ op: i + 1, at, intended, outcome, done: at + (late.has(i) ? 80 : 1) * MS })
  }
  over.also?.(record)
  const path = join(folder, name)
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, 'record.jsonl'), record.text().slice(0, over.keep))
  const environment = {
    ...{ startedAt: '2026-11-30T12:00:00.000Z', faultline: 'test', commit: 'abc1234' },
    ...{ node: 'v20', host: 'linux', cpu: 'a cpu', cores: 2, memoryGiB: 8, command: 'faultline' },
    scenarioFile: 'calm.yaml',
  }
  writeFileSync(join(path, 'environment.json'), JSON.stringify(environment))
  return path
}
