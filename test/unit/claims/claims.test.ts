import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { systems } from '../../../harness/catalogue.ts'
import { scenarioFolder } from '../../../harness/claims/claim-run.ts'
import { claimsFile, claimsPageFile } from '../../../harness/claims/claims.ts'
import { outcomeOf, readClaims, scenariosOf } from '../../../harness/claims/claims-file.ts'
import { claimsPage } from '../../../harness/claims/claims-page.ts'

const claims = readClaims(claimsFile)
const page = readFileSync(claimsPageFile, 'utf8')

describe('the claims of the five systems', () => {
  test('are of systems that are here, and every system has some', () => {
    expect([...new Set(claims.map(({ system }) => system))].sort()).toEqual(
      Object.keys(systems).sort(),
    )
  })

  test('are shown by scenarios that exist', () => {
    const missing = scenariosOf(claims).filter(
      (name) => !existsSync(join(scenarioFolder, `${name}.yaml`)),
    )
    expect(missing).toEqual([])
  })

  test.each(claims)('$system: $claim', (claim) => {
    const shown = claim['true-in'] !== undefined || claim['false-in'] !== undefined
    if (claim.kind === 'not-testable' || claim.kind === 'pending') expect(claim.why).toBeTruthy()
    else expect(shown, 'a scenario in which it holds, or one in which it breaks').toBe(true)
    if (claim['true-in'] && claim['false-in']) expect(claim.while).toBeTruthy()
  })

  test.each(claims)('CLAIMS.md has a row for $system: $claim', (claim) => {
    const row = page.split('\n').find((line) => line.startsWith(`| ${claim.claim} |`))
    expect(row, 'write it again: npx faultline claims').toBeDefined()
    expect(row).toContain(`**${outcomeOf(claim)}**`)
    for (const name of [...(claim['true-in'] ?? []), ...(claim['false-in'] ?? [])])
      expect(row).toContain(`(${name}.yaml)`)
  })
})

test('a claim holds, holds while something is so, or does not, by where it was shown', () => {
  const base = { system: 's', claim: 'c', kind: 'mechanism' } as const
  expect(outcomeOf({ ...base, 'true-in': ['a'] })).toBe('holds')
  expect(outcomeOf({ ...base, 'true-in': ['a'], 'false-in': ['b'] })).toBe('holds while …')
  expect(outcomeOf({ ...base, 'false-in': ['b'] })).toBe('does not hold')
  expect(outcomeOf({ ...base, kind: 'pending' })).toBe('pending')
})

test('what stands in a cell cannot break the table', () => {
  const claim = { system: 's', claim: 'a | b', kind: 'mechanism', 'true-in': ['x'] } as const
  const made = claimsPage([{ claim: { ...claim, 'true-in': ['x'] }, figures: ['1 | 2'] }], [], '')
  expect(made).toContain('| a \\| b | mechanism | **holds** | 1 \\| 2 | [x](x.yaml) (holds) |')
})
