import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SECOND } from '../../../../harness/model/units.ts'
import { type RealRun, realRunsIn } from '../../../../harness/pipeline/machine/real-runs.ts'
import {
  generatorText,
  regionsText,
  simulatorText,
} from '../../../../harness/pipeline/machine/trust.ts'
import { aPlan } from '../../../support/plan.ts'

const aRun = (planted: Partial<RealRun> = {}): RealRun => ({
  ...{ path: 'runs/x', scenario: 'steady', startedAt: '2026-11-30T10:00:00Z', cpu: 'EPYC' },
  ...{ cores: 2, regions: 3, perSec: 36, coresUsed: 1.4, fullFor: 0.12, overfull: false },
  ...planted,
})

test('without a run on record nobody can tell how many regions fit', () => {
  expect(regionsText([])).toMatch(
    /^Cannot tell: no run on real servers .* Make one: faultline run /,
  )
})

test('regions are trusted up to the most that a run on record left idle CPU, and no further', () => {
  const runs = [aRun({ regions: 2 }), aRun(), aRun({ regions: 5, overfull: true, fullFor: 0.8 })]
  expect(regionsText(runs)).toBe(
    'Up to 3 regions: steady at 36.0/s took 1.40 of 2 cores, none idle for 12 % of the time (runs/x, 2026-11-30). ' +
      '5 regions did not fit: steady at 36.0/s took 1.40 of 2 cores, none idle for 80 % of the time (runs/x, 2026-11-30). ' +
      'What more would take cannot be told.',
  )
  const refuted = regionsText([aRun({ overfull: true })])
  expect(refuted).toMatch(/^3 regions did not fit: /)
})

test('speeds are said with what they were measured on, and who was in the way', () => {
  const simulator = { scenario: 'partition-heal', simulatedS: 170, realS: 1.7, foreign: 0.02 }
  expect(simulatorText({ ...simulator, whole: true })).toBe(
    '170 simulated seconds of partition-heal took 1.70 s: 100 × real time, one run in one process.',
  )
  expect(simulatorText({ ...simulator, whole: false, foreign: 0.4 })).toMatch(
    /then it was broken off.* Others took 40 % of the CPU/,
  )
  const generator = { kept: 900, lost: 1000, trials: 8, seconds: 12, foreign: null }
  expect(generatorText(generator)).toMatch(
    /^It kept up with 900\/s searches, not with 1,000\/s \(8 trials .* Trust runs of up to 450\/s, .* not known\.$/,
  )
  expect(generatorText(generator)).not.toContain('time was up')
  expect(generatorText({ ...generator, lost: 1800 })).toContain('time was up before the bracket')
  expect(generatorText({ ...generator, lost: null })).toMatch(/a higher rate was not tried/)
  expect(generatorText({ ...generator, kept: null, lost: 16 })).toMatch(
    /^Not bracketed: it kept up with none, not even with 16\.0\/s/,
  )
})

/** A run directory on real servers, or in the simulator: its plan, its machine, and how busy that was. */
function leave(folder: string, world: 'sim' | 'containers', busyShares: number[]): void {
  mkdirSync(folder, { recursive: true })
  const plan = aPlan({ world })
  const { warmupUs } = plan.timeline
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  write('record.jsonl', `${JSON.stringify({ type: 'plan', t: 0, plan })}\n{"type":"cut o`)
  const machine = { startedAt: '2026-11-30T10:00:00Z', cpu: 'EPYC', cores: 4 }
  const servers = world === 'sim' ? {} : { servers: [] }
  write('environment.json', JSON.stringify({ ...machine, ...servers }))
  const lines = busyShares.map((busyShare, i) => ({
    ...{ wallMs: i, runUs: warmupUs + (i + 1) * SECOND, rssMiB: 1, lines: 1 },
    ...{ busyShare, foreignShare: 0.1, stealShare: 0 },
  }))
  write('health.jsonl', lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
}

test('what runs on real servers took is read from what they left, others are passed over', () => {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-real-runs-'))
  leave(join(folder, 'real'), 'containers', [0.6, 0.8])
  leave(join(folder, 'full'), 'containers', [1, 1])
  leave(join(folder, 'silent'), 'containers', [])
  leave(join(folder, 'simulated'), 'sim', [0.6])
  mkdirSync(join(folder, 'empty'))
  const found = realRunsIn(folder)
  expect(found.map(({ path, overfull }) => [path, overfull]).toSorted()).toEqual([
    [join(folder, 'full'), true],
    [join(folder, 'real'), false],
  ])
  const real = found.find(({ path }) => path.endsWith('real'))
  expect(real?.coresUsed).toBeCloseTo(4 * 0.6)
  expect(real?.fullFor).toBe(0)
  expect(realRunsIn(join(folder, 'no-such'))).toEqual([])
})
