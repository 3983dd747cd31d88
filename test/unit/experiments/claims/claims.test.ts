import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { searchesOf, withinCapacity } from '../../../../harness/experiments/claims/claim-run.ts'
import { claimsFile, claimsPageFile } from '../../../../harness/experiments/claims/claims.ts'
import {
  againstStatement,
  type Claim,
  decidingScenarios,
  decisionsIn,
  outcomeOf,
  readClaims,
  scenariosOf,
  verdictOf,
  writtenIn,
} from '../../../../harness/experiments/claims/claims-file.ts'
import { claimsPage, filledIn } from '../../../../harness/experiments/claims/claims-page.ts'
import { besideSeeds } from '../../../../harness/experiments/claims/measured.ts'
import { systems } from '../../../../harness/pipeline/catalogue.ts'
import { shippedScenarios } from '../../../../harness/pipeline/shipped.ts'

const claims = readClaims(claimsFile)
const page = readFileSync(claimsPageFile, 'utf8')
const written = (scenario: string, path: string) =>
  writtenIn(join(shippedScenarios, `${scenario}.yaml`), path)

/** Names and notations that carry a digit and are no measured number. */
const NAMES = /\bmm2-[a-z-]+|\bIVF_PQ\b|\bMirrorMaker 2\b|\bO\(log N\)|\bp\d\d\b/g

describe('the claims of the five systems', () => {
  test('are of systems that are here, and every system has some', () => {
    expect([...new Set(claims.map(({ system }) => system))].sort()).toEqual(
      Object.keys(systems).sort(),
    )
  })

  test('are shown by scenarios that exist', () => {
    const missing = scenariosOf(claims).filter(
      (name) => !existsSync(join(shippedScenarios, `${name}.yaml`)),
    )
    expect(missing).toEqual([])
  })

  test.each(claims)('$system: $claim', (claim) => {
    const scenarios = decidingScenarios(claim)
    if (claim.kind === 'not-testable') {
      expect(claim.why).toBeTruthy()
      expect(scenarios).toEqual([])
      return
    }
    expect(scenarios.length, 'a scenario in which it holds or breaks').toBeGreaterThan(0)
    for (const scenario of scenarios)
      expect(decisionsIn(claim, scenario), `what decides it in ${scenario}`).not.toEqual([])
    if (claim['true-in'] && claim['false-in']) expect(claim.while).toBeTruthy()
  })

  test.each(claims)('no number is typed by hand: $system: $claim', (claim) => {
    const { figures = [] } = claim
    const values = figures.map(() => ({ value: '', text: '' }))
    for (const text of [claim.while, claim.why, claim['by-construction'], claim['bound-is']]) {
      if (text === undefined) continue
      expect(filledIn(text, values, () => '').replace(NAMES, '')).not.toMatch(/\d/)
      expect(() => filledIn(text, values, written)).not.toThrow()
    }
  })

  test.each(claims)('CLAIMS.md has a row for $system: $claim', (claim) => {
    const row = page.split('\n').find((line) => line.startsWith(`| ${claim.claim} |`))
    expect(row, 'write it again: npx faultline claims').toBeDefined()
    for (const name of decidingScenarios(claim)) expect(row).toContain(`(${name}.yaml)`)
  })
})

test('a rate is decided by one search for all regions, and one for each region that is left out', () => {
  const decided = { scenario: 'x', capacity: '100/s' }
  const shown = { scenario: 'x', capacity: 'bracket' as const }
  const asked = [shown, { ...shown, without: 'us' }, { ...shown, without: 'us' }]
  expect(searchesOf({ decides: [[decided]], asked })).toEqual([undefined, 'us'])
  expect(searchesOf({ decides: [[{ metric: 'lag', max: '1s' }]], asked: [] })).toEqual([])
})

test('a rate inside the bracket is not decided, nor one that nobody bracketed', () => {
  const asking = (capacity: string) => [{ scenario: 'x', capacity }]
  const own = { perSec: 110, searchPerSec: 100 }
  const bracketed = { own, outcome: { kind: 'bracketed', keeps: 2, fails: 2.2 } } as const
  expect(withinCapacity(asking('200/s'), bracketed)).toBe('pass')
  expect(withinCapacity(asking('210/s'), bracketed)).toBe('unknown')
  expect(withinCapacity(asking('220/s'), bracketed)).toBe('fail')
  const interrupted = { own, outcome: { kind: 'interrupted' } } as const
  expect(withinCapacity(asking('1/s'), interrupted)).toBe('unknown')
})

describe('what a claim comes to', () => {
  const claim: Claim = {
    ...{ system: 's', claim: 'c', kind: 'mechanism' },
    ...{ 'true-in': ['a'], 'false-in': ['b'] },
  }
  const all = { scenario: 'a', holds: 5, breaks: 0, unknown: 0 }
  const none = { scenario: 'b', holds: 0, breaks: 5, unknown: 0 }

  test('is told by what was measured, not by what is said of it', () => {
    expect(outcomeOf(claim, [all])).toBe('holds')
    expect(outcomeOf(claim, [all, none])).toBe('holds while …')
    expect(outcomeOf(claim, [none])).toBe('does not hold')
    expect(outcomeOf(claim, [{ ...all, holds: 3, breaks: 2 }])).toBe('does not hold')
    expect(outcomeOf(claim, [{ ...all, holds: 0, unknown: 5 }])).toBe('not decided')
    expect(outcomeOf({ kind: 'not-testable' }, [])).toBe('not testable here')
  })

  test('seeds without evidence decide nothing', () => {
    expect(verdictOf({ ...all, unknown: 2 })).toBe('holds')
    expect(verdictOf({ ...all, holds: 0, unknown: 5 })).toBe('open')
    expect(verdictOf({ ...all, holds: 4, breaks: 1 })).toBe('breaks')
  })

  test('must be what the file says of it', () => {
    expect(againstStatement(claim, [all, none])).toEqual([])
    expect(againstStatement(claim, [{ ...all, holds: 4, breaks: 1 }, none])).toEqual([
      '"c" is claimed to be one that holds in a, but it held with 4 seeds, broke with 1, and 0 had no evidence',
    ])
  })
})

test('a figure says how far the seeds are apart', () => {
  const run = (low: number) => [
    { figure: { title: 'lag p50', unit: 'us' as const, count: 9, low, high: low } },
  ]
  expect(besideSeeds('x', [run(4_000), run(3_000), run(5_000)])).toEqual({
    value: '4.00 ms',
    text: 'x: lag p50 4.00 ms; 3 seeds 3.00 … 5.00 ms',
  })
  expect(besideSeeds('x', [run(4_000), run(4_000)]).text).toContain('the same in 2 seeds')
})

test('a sentence names figures of its row and values of scenarios', () => {
  const figures = [{ value: '0.634', text: '' }]
  expect(
    filledIn('{1} at zipf {cache:load.0.zipf}', figures, (name, path) => `${name}/${path}`),
  ).toBe('0.634 at zipf cache/load.0.zipf')
  expect(() => filledIn('{2}', figures, () => '')).toThrow(/figure 2 of 1/)
})

test('what stands in a cell cannot break the table', () => {
  const claim = { system: 's', claim: 'a | b', kind: 'mechanism' } as const
  const tallies = [{ scenario: 'x', holds: 5, breaks: 0, unknown: 0 }]
  const row = {
    ...{ claim: { ...claim, 'true-in': ['x'] }, tallies, twin: [] },
    figures: [{ value: '1 | 2', text: '1 | 2' }],
  }
  const made = claimsPage([row], [], '', () => '')
  expect(made).toContain(
    '| a \\| b | mechanism | **holds** |  | [x](x.yaml): holds in 5 of 5 | 1 \\| 2 |',
  )
})
