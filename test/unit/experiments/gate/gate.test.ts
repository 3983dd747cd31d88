import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Rng } from '../../../../harness/base/rng.ts'
import { gateOf } from '../../../../harness/experiments/gate/gate.ts'
import { gateTable } from '../../../../harness/experiments/gate/gate-table.ts'
import {
  type Acceptance,
  appendLine,
  type Night,
  type NightHistory,
  readNights,
} from '../../../../harness/experiments/gate/history.ts'
import { trendOf, usualStrictness } from '../../../../harness/experiments/gate/trend.ts'

const latency = { unit: 'us', better: 'low' } as const
const recall = { unit: 'ratio', better: 'high' } as const
const oneRun = (values: (number | null)[]) => values.map((value) => [value])
const stateOf = (values: (number | null)[], of: Parameters<typeof trendOf>[1] = latency) =>
  trendOf(oneRun(values), of, usualStrictness).state

/** Nights with noise of 3 %, drawn from a seed; `factor` of the night's number. */
function noisy(nights: number, factor: (night: number) => number, seed = 1): number[] {
  const rng = new Rng(seed)
  return Array.from({ length: nights }, (_, i) => 100 * factor(i) * (0.95 + 0.1 * rng.uniform()))
}
const steady = noisy(20, () => 1)

test('a worse level is suspected on its first night and counts on its second', () => {
  expect(stateOf(steady)).toBe('steady')
  expect(stateOf([...steady, 130])).toBe('suspected')
  expect(trendOf(oneRun([...steady, 130, 128]), latency, usualStrictness)).toMatchObject({
    ...{ state: 'regressed', since: 20, nights: 2 },
  })
  expect(stateOf([...steady, 130, 101])).toBe('steady')
  expect(stateOf([...steady, 260])).toBe('regressed')
})

/** Nights of three runs with log-normal noise of 10 %, drawn from a seed. */
function ofThree(nights: number, factor: (night: number) => number, seed: number): number[][] {
  const rng = new Rng(seed)
  const noise = () => Array.from({ length: 12 }, () => rng.uniform()).reduce((a, b) => a + b) - 6
  return Array.from({ length: nights }, (_, i) =>
    Array.from({ length: 3 }, () => 100 * factor(i) * (1 + 0.1 * noise())),
  )
}

test('the runs of the last nights show a fifth more within three nights, before the change points do', () => {
  const found = Array.from({ length: 60 }, (_, seed) => {
    const nights = ofThree(33, (i) => (i < 30 ? 1 : 1.2), seed)
    const until = (last: number) => trendOf(nights.slice(0, last), latency, usualStrictness)
    return [32, 33].map(until).find(({ state }) => state === 'regressed')
  })
  expect(found.filter((one) => one !== undefined).length).toBeGreaterThanOrEqual(54)
  expect(found.filter((one) => one && 'found' in one && one.found === 'ranks')).not.toEqual([])
})

test('two bad runs of three are no change at once, and one night far out is none with an ordinary one after it', () => {
  const calm = steady.map((ms) => [ms, ms + 1, ms + 2])
  const state = (...lasts: number[][]) => trendOf([...calm, ...lasts], latency, usualStrictness)
  expect(state([101, 180, 190])).toMatchObject({ state: 'suspected' })
  expect(state([160, 180, 190])).toMatchObject({ state: 'regressed', found: 'at once' })
  expect(state([101, 180, 190], [99, 106.5, 107]).state).not.toBe('regressed')
  expect(state([125, 126, 127], [124, 128, 129])).toMatchObject({ state: 'regressed' })
})

test('who lets one night count has one night count', () => {
  const once = { ...usualStrictness, stands: 1 }
  expect(trendOf(oneRun([...steady, 130]), latency, once)).toMatchObject({ state: 'regressed' })
})

test('a red night says in one sentence what got worse, since when, and why that counts', () => {
  const red = (...lasts: number[]) => gated([...steady, ...lasts].map((ms, i) => aNight(i, ms)))
  expect(red(130, 128).because.replace(/\s/g, ' ')).toMatch(
    /^search\.response p99 \(baseline\) is at 0\.13\d* ms instead of 0\.(099|1\d*) ms \(\+\d\d % *\) since 2026-10-21, for 2 nights: further than chance moves its level\.$/,
  )
  expect(red(260).because.replace(/\s/g, ' ')).toMatch(
    /since 2026-10-21, in every run of the last night: more than 50 % counts at once\.$/,
  )
})

test('better is not worse, and the better level is what counts from then on', () => {
  const better = [...steady, ...noisy(8, () => 0.7, 2)]
  expect(stateOf(better)).toBe('improved')
  expect(stateOf([...better, ...noisy(3, () => 1, 3)])).toBe('regressed')
  expect(stateOf([...steady.map((ms) => ms / 110), 0.5, 0.5], recall)).toBe('regressed')
})

test('a part of the way back is not back', () => {
  const half = [...steady, ...noisy(6, () => 1.5, 2), ...noisy(6, () => 1.25, 3)]
  expect(trendOf(oneRun(half), latency, usualStrictness)).toMatchObject({
    state: 'regressed',
    since: 20,
  })
  expect(stateOf([...half, ...noisy(6, () => 1, 4)])).toBe('steady')
})

test('what was not measured tonight is no data, and a few nights are too few', () => {
  expect(stateOf([...steady, null])).toBe('no data')
  expect(stateOf([...steady.slice(0, 12), null, null, ...steady.slice(12)])).toBe('steady')
  expect(stateOf(steady.slice(0, 9))).toBe('learning')
})

const dayOf = (i: number) => new Date(Date.UTC(2026, 9, 1 + i)).toISOString().slice(0, 10)

function aNight(i: number, ms: number | null, over: Partial<Night> = {}): Night {
  return {
    ...{
      type: 'night',
      format: 1,
      night: dayOf(i),
      series: 'a',
      scenario: 'x',
      system: 'y',
      world: 'sim',
    },
    ...{ commit: 'c', faultline: '0', machine: 'any', command: 'faultline gate x' },
    runs: [{ seed: 1, verdict: 'pass', exitCode: 0, because: 'ok.' }],
    figures: [
      {
        ...{ what: 'search.response p99', where: 'baseline', metric: 'search.response' },
        values: [ms, ms === null ? null : ms + 1, null],
      },
    ],
    ...over,
  }
}

const historyOf = (nights: Night[], acceptances: Acceptance[] = []): NightHistory => ({
  ...{ file: 'x.jsonl', nights, acceptances, quarantines: [] },
})
const gated = (nights: Night[], acceptances: Acceptance[] = []) =>
  gateOf(historyOf(nights, acceptances), usualStrictness)

test('thirty nights with one regression go red on the right night, and are green again once it is accepted', () => {
  const values = noisy(30, (i) => (i < 20 ? 1 : 1.25), 7)
  const acceptances: Acceptance[] = []
  const codes = values.map((_, last) => {
    const nights = values.slice(0, last + 1).map((ms, i) => aNight(i, ms))
    const gate = gated(nights, acceptances)
    const [{ trend }] = gate.series as [(typeof gate.series)[number]]
    if (gate.exitCode === 4 && trend.state === 'regressed') {
      expect(dayOf(trend.since)).toBe(dayOf(20))
      const since = dayOf(trend.since)
      acceptances.push({ type: 'accept', since, why: 'meant so', by: 'me', at: dayOf(last) })
    }
    return gate.exitCode
  })
  expect(codes.flatMap((code, i) => (code === 0 ? [] : [[i, code]]))).toEqual([[21, 4]])
})

test('a night without data is never green, and a broken limit outranks a change', () => {
  const known = steady.map((ms, i) => aNight(i, ms))
  const invalid = {
    verdict: 'invalid',
    exitCode: 3,
    because: 'The machine could not keep up.',
  } as const
  const dark = gated([...known, aNight(20, null, { figures: [], runs: [{ seed: 1, ...invalid }] })])
  expect(dark).toMatchObject({ exitCode: 3, because: expect.stringMatching(/^No data: 1 of 1/) })
  expect(gated([...known, aNight(20, null)])).toMatchObject({ exitCode: 3 })
  const broken = { seed: 1, verdict: 'fail', exitCode: 1, because: 'A limit was broken.' } as const
  const worse = [...known, aNight(20, 200), aNight(21, 200)]
  expect(gated(worse).exitCode).toBe(4)
  expect(gated([...worse, aNight(22, 200, { runs: [broken] })]).exitCode).toBe(1)
})

test('another plan or another machine begins a series of its own, and says so', () => {
  const known = steady.map((ms, i) => aNight(i, ms))
  const other = gated([...known, aNight(20, 300, { series: 'b', machine: '8 × fast' })])
  expect(other).toMatchObject({ exitCode: 0, nights: 1 })
  expect(gateTable(other)).toMatch(/This machine \(8 × fast\) is not that of 2026-10-20 \(any\)/)
  expect(gateTable(other)).toMatch(/GREEN: Learning: 1 of 10 nights/)
})

test('quarantine keeps a series from turning a night red, until its last night', () => {
  const nights = [...steady, 200, 200].map((ms, i) => aNight(i, ms))
  const said = { why: 'noisy disk', by: 'me', at: '2026-10-21' }
  const where = { what: 'search.response p99', where: 'baseline' }
  const until = (night: string) =>
    gateOf(
      {
        ...historyOf(nights),
        quarantines: [{ type: 'quarantine', until: night, ...where, ...said }],
      },
      usualStrictness,
    )
  expect(until(dayOf(21)).exitCode).toBe(0)
  expect(gateTable(until(dayOf(21)))).toMatch(/regressed \(quarantined until 2026-10-22\)/)
  expect(until(dayOf(20)).exitCode).toBe(4)
})

test('a history is lines; a night that is run again counts once, and a line that is none is named', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'faultline-gate-')), 'deep/x.sim.jsonl')
  expect(readNights(file).nights).toEqual([])
  for (const [i, ms] of [100, 101, 102].entries()) appendLine(file, aNight(i, ms))
  appendLine(file, aNight(1, 150))
  const read = readNights(file).nights
  expect(read.map(({ night }) => night)).toEqual([0, 1, 2].map(dayOf))
  expect(read[1]?.figures[0]?.values[0]).toBe(150)
  writeFileSync(file, `${readFileSync(file, 'utf8')}<<<<<<< HEAD\n`)
  expect(() => readNights(file)).toThrow(/x\.sim\.jsonl:5: not a line of JSON/)
})
