import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { withRows, withTwin } from '../../../../harness/experiments/twin/profile-file.ts'
import {
  readme,
  shippedProfiles,
  shippedReasons,
  unexplained,
  withErrorTables,
} from '../../../../harness/experiments/twin/shipped-profiles.ts'
import { readProfile } from '../../../../harness/scenario/parts/profile.ts'
import { twinLine } from '../../../../reports/twin-line.ts'
import { sourceFile } from '../../scenario/known.ts'

const NAME = 'milvus-2.3.5-2core'
const { text: shipped } = sourceFile(`fixtures/profiles/${NAME}.yaml`)
const profileOf = (text: string) => {
  const result = readProfile(NAME, { file: 'x', text }, null)
  if ('problems' in result) throw new Error(JSON.stringify(result.problems))
  return result.profile
}
const plain = profileOf(withRows(shipped, []))
const run = {
  ...{ scenario: 'steady-state', seed: 42, date: '2026-11-21', faultline: '0.1.0' },
  ...{ servers: 'milvus', machine: '2 cores' },
  errors: [
    { metric: 'lag p50', kind: 'share', median: -0.1, worst: -0.4, at: 'a>b', cells: 6 } as const,
  ],
}
const compared = withTwin(withRows(shipped, []), plain.rows, [run])

test('every error over 20 % that is committed has a reason', () => {
  expect(unexplained(shippedProfiles(), shippedReasons())).toEqual([])
})

test('the README of the profiles is what profiles and reasons say', () => {
  const { is, mustBe } = readme()
  expect(is).toBe(mustBe)
})

test('a comparison that was written is read again', () => {
  expect(profileOf(compared).twin).toEqual([run])
  expect(twinLine(profileOf(compared))).toContain('steady-state on 2026-11-21')
  expect(twinLine(plain)).toBeUndefined()
})

test('a comparison says nothing of a profile with other values', () => {
  const changed = compared.replace(
    /^agent\.restart:.*$/m,
    'agent.restart: { value: 9s, source: "x" }',
  )
  expect(changed).not.toBe(compared)
  expect(profileOf(changed).twin).toBeUndefined()
})

test('measured rows take the place of old ones, all others stay with their source, the comparison goes', () => {
  const row = { key: 'agent.restart', value: '3s', source: 'measured: so' }
  const after = profileOf(withRows(compared, [row]))
  expect(after.agent.restartUs).toBe(3_000_000)
  expect(after.twin).toBeUndefined()
  const others = (rows: typeof after.rows) => rows.filter(({ key }) => key !== row.key)
  expect(others(after.rows)).toEqual(others(plain.rows))
})

test('an error without a reason is named, and the table says that it is not known yet', () => {
  const profiles = [profileOf(compared)]
  expect(unexplained(profiles, {})).toEqual([`${NAME}: lag p50`])
  expect(unexplained(profiles, { [NAME]: { 'lag p50': 'so' } })).toEqual([])
  const text = readFileSync('fixtures/profiles/README.md', 'utf8')
  expect(withErrorTables(text, profiles, {})).toContain(
    '| lag p50 | −10 % | −40 % | a>b | 6 | not known yet |',
  )
})
