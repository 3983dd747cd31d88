import { expect, test } from 'vitest'
import { generatorValid } from '../../../../harness/analysis/checkers/generator-valid.ts'
import type { Facts } from '../../../../harness/analysis/facts/facts.ts'
import {
  isOverfull,
  isStarvedMachine,
  machineLoad,
} from '../../../../harness/analysis/facts/machine.ts'
import { paceOf } from '../../../../harness/analysis/facts/pace.ts'
import type { HealthLine } from '../../../../harness/model/health.ts'
import { MS, SECOND } from '../../../../harness/model/units.ts'
import { aPlan } from '../../../support/plan.ts'
import { aRecord, everythingPromised, spoken } from '../../../support/record.ts'

const real = aPlan({ world: 'containers' })
const { warmupUs } = real.timeline
/** Lines a second apart from the end of warm-up on. */
const lines = (...some: Partial<HealthLine>[]): HealthLine[] =>
  some.map((line, i) => ({
    ...{ wallMs: 0, rssMiB: 100, lines: 1, runUs: warmupUs + (i + 1) * SECOND },
    ...{ busyShare: 0.5, foreignShare: 0, stealShare: 0, loopDelayP99Us: MS },
    ...line,
  }))
const calm = Array.from({ length: 9 }, () => ({}))

test('what others took is the mean while the load ran; start-up and warm-up are left out', () => {
  const before = { ...lines({ foreignShare: 1, busyShare: 1 })[0], runUs: warmupUs } as HealthLine
  const load = machineLoad(real, [before, ...lines({ foreignShare: 0.2 }, { stealShare: 0.4 })])
  expect(load).toEqual({ foreign: 0.1, steal: 0.2, fullFor: 0, starvedFor: 0, loopDelayP99Us: MS })
  expect(machineLoad(real, [before])).toBeNull()
})

test('a machine is starved where nothing is idle and others have a notable share, for more than a tenth of the time', () => {
  const starving = { busyShare: 1, foreignShare: 0.08, stealShare: 0.05 }
  const of = (...some: Partial<HealthLine>[]) => {
    const load = machineLoad(real, lines(...some))
    return load && isStarvedMachine(load)
  }
  expect(of(...calm, starving)).toBe(false)
  expect(of(...calm.slice(1), starving, starving)).toBe(true)
  // The run and its servers alone may use all there is, and a neighbour may use what nobody needs.
  expect(of({ busyShare: 1, foreignShare: 0.1 })).toBe(false)
  expect(of({ busyShare: 0.9, foreignShare: 0.8 })).toBe(false)
})

test('a machine that the run alone fills is too small where that is most of the time, and not for a while', () => {
  const of = (full: number) => {
    const some = Array.from({ length: 10 }, (_, i) => ({ busyShare: i < full ? 0.96 : 0.94 }))
    const load = machineLoad(real, lines(...some))
    return load && isOverfull(load)
  }
  expect(of(5)).toBe(false)
  expect(of(6)).toBe(true)
})

test('a simulation is as good on a starved machine', () => {
  expect(machineLoad(aPlan(), lines({ busyShare: 1, foreignShare: 1 }))).toBeNull()
})

test('what the machine did not tell is absent, not zero', () => {
  const untold = {
    busyShare: undefined,
    foreignShare: undefined,
    stealShare: undefined,
  } as unknown as HealthLine
  expect(machineLoad(real, lines(untold))).toEqual({ loopDelayP99Us: MS })
})

/** 200 operations in time, on real servers, and how the machine was. */
function said(health: readonly HealthLine[]) {
  const record = aRecord({ world: 'containers' })
  for (let op = 1; op <= 200; op++) record.search({ op, at: SECOND + op * 10 * MS })
  const facts: Facts = record.facts()
  const pace = paceOf({ ...facts.history, health }, facts.phaseOf)
  return spoken(generatorValid({ ...facts, pace }, everythingPromised))
}

test('a run on a starved machine is invalid although every operation left in time, and says who had the CPU', () => {
  const starving = { busyShare: 1, foreignShare: 0.61 }
  expect(said(lines({}, {}))).toMatchObject({ verdict: 'pass' })
  const finding = said(lines(starving, starving))
  expect(finding.verdict).toBe('invalid')
  expect(finding.because).toBe(
    'other processes took 61 % of the CPU, none was idle for 100 % of the time; 200 operations scheduled, 100 % dispatched; ' +
      'dispatch delay p99 0 ms of 10.0 ms allowed. Timers of the harness were late by 1.00 ms (p99).',
  )
  expect(said(lines({ busyShare: 1, stealShare: 0.3 })).because).toMatch(
    /^the hypervisor took 30 %/,
  )
  const alone = said(lines({ busyShare: 0.99 }, { busyShare: 1 }))
  expect(alone.verdict).toBe('invalid')
  expect(alone.because).toMatch(
    /^the servers of all regions share this machine, and no CPU was idle for 100 % of the time, so that regions slowed each other; 200 operations/,
  )
})

test('timers of the harness that are late by more than operations may be make it invalid too', () => {
  expect(said(lines({ loopDelayP99Us: 10 * MS })).verdict).toBe('pass')
  expect(said(lines({ loopDelayP99Us: 10.001 * MS })).verdict).toBe('invalid')
})

test('who took the CPU is named in the sentence that the run is invalid, those who took most first', () => {
  const takers = [
    { name: 'node worker.ts', share: 0.4 },
    { name: 'tsc', share: 0.1 },
  ]
  const busy = { busyShare: 1, foreignShare: 0.5, takers }
  const load = machineLoad(real, lines(busy, { ...busy, takers: [{ name: 'tsc', share: 0.2 }] }))
  expect(load?.takers?.map(({ name }) => name)).toEqual(['node worker.ts', 'tsc'])
  const pace = {
    ...{ scheduled: 100, achieved: 1, dispatchP99Us: { low: MS, high: MS }, allowedUs: 10 * MS },
    ...{ machine: load, keptUp: false },
  }
  const { because } = generatorValid({ pace } as Facts, everythingPromised) as { because: string }
  expect(because).toMatch(
    /^other processes took 50 % of the CPU \(node worker\.ts 20 %, tsc 15 %\), none was idle/,
  )
})
