import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { signOff } from '../../../../harness/experiments/sla/sign-off.ts'
import { slaMarkdown } from '../../../../harness/experiments/sla/sla-markdown.ts'
import { slaPage } from '../../../../harness/experiments/sla/sla-page.ts'
import { suitesOfSla } from '../../../../harness/experiments/sla/sla-suites.ts'
import { slaTable } from '../../../../harness/experiments/sla/sla-table.ts'
import type { FaultPlan } from '../../../../harness/model/fault.ts'
import type { TwinError } from '../../../../harness/model/profile.ts'
import type { Sla, SlaLevel, SlaObjective } from '../../../../harness/model/sla.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { aLimit } from '../../../support/analysis.ts'
import { newFolder } from '../../../support/faultline.ts'
import { aLoad, aProfile } from '../../../support/plan.ts'
import {
  aLevel,
  availability,
  leaveRun,
  type RunOver,
  response,
  row,
} from '../../../support/sla-runs.ts'

const signed = (paths: readonly string[], profiles: readonly string[] = []): Sla =>
  signOff(paths, {
    ...{ profiles, command: 'faultline sla', madeAt: '2026-11-30T12:30:00.000Z', notMade: [] },
  })

/** The sign-off of one run. */
const ofOne = (over: RunOver): Sla => signed([leaveRun(newFolder(), 'run', over)])

const levelOf = ({ levels }: Sla): SlaLevel => levels[0] as SlaLevel
const objectivesOf = (sla: Sla): SlaObjective[] =>
  levelOf(sla).samples.flatMap(({ objectives }) => objectives)
const statesOf = (sla: Sla) => objectivesOf(sla).map(({ state }) => state)

const goodput = (perSec: number) =>
  aLimit({
    ...{ metric: 'goodput', stat: { kind: 'value' }, bound: 'at-least', value: perSec },
    ...{ phase: 'baseline', text: 'goodput' },
  })

/** One region stands still for the fourth second. */
const pause: FaultPlan = {
  kind: 'region-pause',
  name: 'pause',
  region: 'eu',
  atUs: 4 * SECOND,
  untilUs: 5 * SECOND,
}

describe('a run whose budget is worked out by hand', () => {
  // Ten of 2,000 fail, all in the fourth second; four take 80 ms, all in the sixth.
  const sla = ofOne({
    levels: [aLevel([availability(0.99), response(), goodput(190)])],
    failing: row(600, 10),
    slow: row(1_000, 4),
  })
  const [available, latency, good] = objectivesOf(sla) as [SlaObjective, SlaObjective, SlaObjective]

  test('can be signed: every objective has evidence and holds', () => {
    expect(statesOf(sla)).toEqual(['holds', 'holds', 'holds'])
    expect(sla.exitCode).toBe(0)
    expect(levelOf(sla).reasons).toEqual([])
  })

  test('availability: 10 bad of the 1 % of 2,000 that may be', () => {
    expect(available).toMatchObject({ measured: 0.995, count: 2_000 })
    expect(available.budget?.bad).toEqual({ low: 10, high: 10 })
    expect(available.budget?.allowed).toBe(20)
    expect(available.budget?.burnt).toEqual({ low: 0.5, high: 0.5 })
  })

  test('a percentile: 4 beyond the bound of the 1 % of 1,990 that may be', () => {
    expect(latency.budget).toMatchObject({ bad: { low: 4, high: 4 }, allowed: 19.9, count: 1_990 })
    expect(latency.budget?.burnt.low).toBeCloseTo(4 / 19.9, 9)
  })

  test('goodput: 14 not in time of the 10 a second that may be', () => {
    expect(good.measured).toBeCloseTo(198.6, 6)
    expect(good.budget).toMatchObject({ bad: { low: 14, high: 14 }, allowed: 100 })
    expect(good.budget?.burnt.high).toBeCloseTo(0.14, 9)
  })

  test('of ten windows each has one that breaks the bound alone', () => {
    const oneBroken = { kept: 9, broken: 1, open: 0, thin: 0 }
    expect(available.windows).toEqual(oneBroken)
    expect(latency.windows).toEqual(oneBroken)
    // 190 a second: the fourth has exactly that, the sixth 196.
    expect(good.windows).toEqual({ kept: 10, broken: 0, open: 0, thin: 0 })
  })
})

describe('a bound that is moved flips what comes out', () => {
  test.each([
    [0.99, 'holds', 0],
    [0.996, 'open', 3],
    [0.999, 'broken', 1],
    [1, 'broken', 1],
  ])('availability %s: %s', (share, state, exitCode) => {
    const sla = ofOne({ levels: [aLevel([availability(share)])], failing: row(600, 10) })
    expect(statesOf(sla)).toEqual([state])
    expect(sla.exitCode).toBe(exitCode)
    expect(levelOf(sla).reasons).toHaveLength(exitCode === 0 ? 0 : 1)
  })

  test('all or none is overdrawn by the first exception, and held without one', () => {
    const all = aLevel([availability(1)])
    expect(objectivesOf(ofOne({ levels: [all] }))[0]?.budget?.burnt.high).toBe(0)
    const [broken] = objectivesOf(ofOne({ levels: [all], failing: [7] }))
    expect(broken?.budget?.burnt.low).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('what is no evidence is never signed for', () => {
  const level = aLevel([availability(0.99)])

  test('a limit where nothing was measured', () => {
    const sla = ofOne({
      levels: [aLevel([availability(0.99), availability(0.9, { region: 'eu' })])],
    })
    expect(statesOf(sla)).toEqual(['holds', 'open'])
    expect(sla.exitCode).toBe(3)
    expect(levelOf(sla).reasons[0]?.wayOut).toContain('Nothing was measured')
  })

  test.each<[string, RunOver, number, string]>([
    ['a run whose generator was late', { lateUs: SECOND }, 3, 'could not keep up'],
    ['an interrupted run', { also: (record) => record.ends('interrupted') }, 130, 'interrupted'],
    ['a run that failed', { also: (record) => record.ends('failed', 'no disk') }, 5, 'no disk'],
    ['a record that was cut off', { keep: 200_000 }, 3, 'cut off'],
    ['a record without an end', { also: (record) => record.ends(null) }, 3, 'cut off'],
    [
      'a run whose fault nobody saw',
      {
        plan: { faults: [pause] },
        also: (record) => record.fault('pause', { injected: 4 * SECOND, healed: 5 * SECOND }),
      },
      3,
      'faults-confirmed',
    ],
  ])('%s', (_, over, exitCode, why) => {
    const sla = ofOne({ levels: [level], ...over })
    expect(sla.exitCode).toBe(exitCode)
    expect(objectivesOf(sla)).toEqual([])
    const [first] = levelOf(sla).reasons
    expect(`${first?.what}`.toLowerCase()).toContain(why.toLowerCase())
    expect(slaTable(sla)).toContain('UNSIGNED')
  })

  test('one unfit run among good ones: the good ones are judged, and nobody signs until it is left out', () => {
    const folder = newFolder()
    const good = leaveRun(folder, 'seed-1', { levels: [level] })
    leaveRun(folder, 'seed-2', { levels: [level], seed: 2, lateUs: SECOND })
    const both = signed([folder])
    expect(statesOf(both)).toEqual(['holds'])
    expect(objectivesOf(both)[0]?.count).toBe(2_000)
    expect(both.exitCode).toBe(3)
    expect(levelOf(both).reasons[0]?.wayOut).toContain('On a calm machine')
    expect(levelOf(both).reasons[0]?.wayOut).toContain('name only the other runs')
    expect(signed([good]).exitCode).toBe(0)
  })

  test('a run that was asked for and not made', () => {
    const path = leaveRun(newFolder(), 'seed-1', { levels: [level] })
    const options = { profiles: [], command: '', madeAt: '', notMade: ['runs/x/seed-2'] }
    expect(signOff([path], options).exitCode).toBe(130)
  })

  test('a promise of the system that is broken outranks objectives that hold', () => {
    const sla = ofOne({
      levels: [level],
      also: (record) => record.search({ op: 9_999, at: 3 * SECOND, answer: [[4_999, 77]] }),
    })
    expect(levelOf(sla).reasons.map(({ kind }) => kind)).toContain('promise')
    expect(sla.exitCode).toBe(6)
  })
})

describe('runs of one plan are one sample', () => {
  const level = aLevel([availability(0.99)])

  test('their operations and budgets add up', () => {
    const folder = newFolder()
    leaveRun(folder, 'seed-1', { levels: [level], failing: row(0, 6) })
    leaveRun(folder, 'seed-2', { levels: [level], seed: 2, failing: row(300, 4) })
    const [one] = objectivesOf(signed([folder]))
    expect(one).toMatchObject({ state: 'holds', count: 4_000, measured: 0.9975 })
    expect(one?.budget).toMatchObject({ bad: { low: 10, high: 10 }, allowed: 40 })
    expect(one?.windows).toEqual({ kept: 18, broken: 2, open: 0, thin: 0 })
    expect(one?.runs).toEqual({ pass: 2, fail: 0, unknown: 0, invalid: 0 })
  })

  test('none may break it alone, however well the others do', () => {
    const folder = newFolder()
    for (const seed of [1, 2, 3, 4]) leaveRun(folder, `seed-${seed}`, { levels: [level], seed })
    leaveRun(folder, 'seed-5', { levels: [level], seed: 5, failing: row(0, 60) })
    const sla = signed([folder])
    expect(objectivesOf(sla)[0]?.measured).toBeCloseTo(0.994, 9)
    expect(statesOf(sla)).toEqual(['broken'])
    expect(levelOf(sla).reasons[0]?.what).toContain('1 run breaks it alone')
    expect(sla.exitCode).toBe(1)
  })

  test('so many runs as it says it takes show it, and one less does not', () => {
    const tight = aLevel([availability(0.994)])
    const folder = newFolder()
    const leave = (seed: number) =>
      leaveRun(folder, `seed-${seed}`, { levels: [tight], seed, failing: row(600, 10) })
    const first = signed([leave(1)])
    expect(statesOf(first)).toEqual(['open'])
    const needed = objectivesOf(first)[0]?.runsNeeded as number
    expect(needed).toBeGreaterThan(5)
    expect(levelOf(first).reasons[0]?.wayOut).toContain(`--seeds 1..${needed}`)
    for (let seed = 2; seed < needed; seed++) leave(seed)
    expect(statesOf(signed([folder]))).toEqual(['open'])
    leave(needed)
    expect(statesOf(signed([folder]))).toEqual(['holds'])
  })

  test('the same run twice is not more evidence', () => {
    const folder = newFolder()
    const path = leaveRun(folder, 'seed-1', { levels: [level] })
    leaveRun(folder, 'again', { levels: [level] })
    const sla = signed([folder, path])
    expect(objectivesOf(sla)[0]?.count).toBe(2_000)
    expect(levelOf(sla).notes.join()).toContain('it counts once')
  })

  test('another plan of the same name stands apart and says how it differs', () => {
    const folder = newFolder()
    leaveRun(folder, 'seed-1', { levels: [level] })
    const plan = { load: [aLoad({ searchPerSec: 200, upsertPerSec: 0, clients: 77 })] }
    leaveRun(folder, 'seed-2', { levels: [level], seed: 2, plan })
    const { samples } = levelOf(signed([folder]))
    expect(samples.map(({ objectives }) => objectives[0]?.count)).toEqual([2_000, 2_000])
    expect(samples[1]?.differs).toContain('load.0.clients 77')
  })

  test('one profile of two scenarios: each has its own limits, and another title is said', () => {
    const folder = newFolder()
    leaveRun(folder, 'seed-1', { levels: [level] })
    const other = aLevel([availability(0.9)], { title: 'Gold, cut' })
    leaveRun(folder, 'seed-2', { levels: [other], plan: { name: 'cut' } })
    const { samples, notes } = levelOf(signed([folder]))
    expect(samples.map(({ scenario }) => scenario)).toEqual(['calm', 'cut'])
    expect(samples.map(({ objectives }) => objectives[0]?.limit.value)).toEqual([0.99, 0.9])
    expect(notes.join()).toContain('"Gold, cut"')
  })
})

test('a scenario without profiles is held to its own limits', () => {
  const sla = ofOne({ plan: { limits: [availability(0.99)] } })
  expect(levelOf(sla)).toMatchObject({ name: 'limits', reasons: [] })
})

test('what nobody tested is named: faults, regions, links, rates, worlds, systems, phases', () => {
  const { untested } = levelOf(ofOne({ levels: [aLevel([availability(0.99)])] }))
  const which = (what: string) => untested.find((one) => one.what === what)?.which ?? []
  expect(which('faults never injected')).toContain('region-loss')
  expect(which('regions never lost')).toEqual(['us', 'eu'])
  expect(which('links never cut')).toEqual(['us <-> eu'])
  expect(which('rates beyond')).toEqual(['us: 200/s searches'])
  expect(which('worlds never run')).toEqual(['containers'])
  expect(which('systems never run')).toContain('gossip-quorum')
  expect(which('seeds')[0]).toContain('one run, seed 1')
  expect(which('phases no objective is on')).toEqual([])
})

test('a fault whose canary saw it was injected, and its phase is named where no objective is on it', () => {
  const sla = ofOne({
    levels: [aLevel([availability(0.99)])],
    plan: { faults: [pause] },
    also: (record) =>
      record.fault('pause', {
        ...{ injected: 4 * SECOND, confirmed: 4.1 * SECOND },
        ...{ healed: 5 * SECOND, 'heal-confirmed': 5.1 * SECOND },
      } as never),
  })
  const { untested } = levelOf(sla)
  const which = (what: string) => untested.find((one) => one.what === what)?.which ?? []
  expect(which('phases no objective is on')).toContain('fault:pause (calm)')
  expect(which('faults never injected')).not.toContain('region-pause')
  expect(which('regions never lost')).toEqual(['us'])
})

describe('what is simulated says how far the simulator was off', () => {
  const errors: TwinError[] = [
    {
      metric: 'search.response p90',
      kind: 'share',
      median: -0.5,
      worst: -0.98,
      at: 'us, baseline',
      cells: 3,
    },
  ]
  const run = { scenario: 'calm', seed: 1, date: '2026-11-21', faultline: '0.1.0' }
  const twin = [{ ...run, servers: 'milvus', machine: '2 cores', errors }]

  test('and what was measured would be without it', () => {
    const sla = ofOne({
      levels: [aLevel([response(), availability(0.99)])],
      plan: { profile: { ...aProfile(), twin } },
    })
    const [latency, available] = objectivesOf(sla)
    expect(latency?.error).toMatchObject({ of: 'search.response p90', exact: false, holds: false })
    // 1 ms ÷ (1 − 0.98).
    expect(latency?.error?.without?.low).toBeCloseTo(50_000, 3)
    expect(available?.error).toEqual({})
    expect(slaTable(sla)).toContain('SIGNABLE AS SIMULATED')
    expect(slaTable(sla)).toContain('1 of them would be broken if')
  })
})

describe('the page', () => {
  const sla = ofOne({
    levels: [aLevel([availability(0.999), response()], { title: 'Gold <b>search</b>' })],
    failing: row(600, 10),
  })

  test('asks for nothing, has no script, and text stays text', () => {
    const page = slaPage(sla)
    expect(page).not.toMatch(/<script|https?:|url\(/)
    expect(page).toContain('Gold &lt;b&gt;search&lt;/b&gt;')
    expect(page).toContain('Unsigned.')
    expect(page).not.toContain('____')
  })

  test('has a line to sign on only where somebody can', () => {
    const page = slaPage(ofOne({ levels: [aLevel([availability(0.9)])] }))
    expect(page).toContain('____')
  })

  test('and its Markdown have each objective, its reasons with a way out, and what to repeat', () => {
    const markdown = slaMarkdown(sla)
    for (const text of [
      ...['## UNSIGNED', 'availability ≥ 0.999', 'Mend the system, or promise less'],
      ...['50', 'abc1234', 'faultline sla calm.yaml --seed 1', 'What was not tested'],
    ])
      expect(markdown).toContain(text)
  })
})

describe('CI servers are told', () => {
  const told = (over: RunOver) => suitesOfSla(ofOne(over))

  test('a case for each objective in its place, and first whether somebody can sign', () => {
    const [suite] = told({ levels: [aLevel([availability(0.9)])] })
    expect(suite?.name).toMatch(/^gold of calm on .*, sim$/)
    const [sign, ...objectives] = suite?.cases ?? []
    expect(sign).toMatchObject({ where: 'profile', name: 'sign-off', outcome: 'passed' })
    expect(objectives).toMatchObject([
      { name: 'availability ≥ 0.9', outcome: 'passed', written: 'availability 0.9' },
    ])
    expect(objectives[0]?.where).toMatch(/baseline/)
  })

  test('what is broken is a failure, and what nobody can tell leaves the sign-off an error', () => {
    const broken = told({ levels: [aLevel([availability(0.999)])], failing: row(600, 10) })
    expect(broken[0]?.cases.map(({ outcome }) => outcome)).toEqual(['failed', 'failed'])
    const open = told({ levels: [aLevel([availability(0.99999)])] })
    expect(open[0]?.cases.map(({ outcome }) => outcome)).toEqual(['error', 'skipped'])
    expect(open[0]?.cases[0]?.because).toMatch(/^UNSIGNED: /)
  })
})

test('a folder without runs, and a profile nobody has, are refused with what there is', () => {
  const folder = newFolder()
  mkdirSync(join(folder, 'empty'))
  expect(() => signed([join(folder, 'empty')])).toThrow('is not a run directory')
  const path = leaveRun(folder, 'run', { levels: [aLevel([availability(0.99)])] })
  expect(() => signed([path], ['platinum'])).toThrow('Profiles here: gold')
})
