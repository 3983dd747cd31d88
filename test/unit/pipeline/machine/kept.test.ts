import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { keep, readKept, thisMachine } from '../../../../harness/pipeline/machine/kept.ts'
import type { Measured } from '../../../../harness/pipeline/machine/measured.ts'
import { trustedRate } from '../../../../harness/pipeline/machine/measured.ts'

const measured: Measured = {
  simulator: { scenario: 'x', simulatedS: 170, realS: 1.5, whole: true, foreign: null },
  generator: { kept: 900, lost: 1000, trials: 8, seconds: 12, foreign: 0.01 },
}
const at = '2026-11-30T22:00:00.000Z'
const path = () => join(mkdtempSync(join(tmpdir(), 'faultline-kept-')), 'faultline/doctor.json')

test('what was measured is read again on the machine it was measured on, and on no other', () => {
  const file = path()
  expect(keep(measured, at, file)).toBe(file)
  expect(readKept(thisMachine(), file)).toMatchObject({ at, measured })
  expect(readKept({ ...thisMachine(), cores: 64 }, file)).toBeNull()
  expect(readKept({ ...thisMachine(), name: 'another' }, file)).toBeNull()
})

test('a file that is not there, or holds something else, says nothing', () => {
  expect(readKept(thisMachine(), path())).toBeNull()
  const file = join(mkdtempSync(join(tmpdir(), 'faultline-kept-')), 'doctor.json')
  writeFileSync(file, '{"format":2}')
  expect(readKept(thisMachine(), file)).toBeNull()
})

test('a place that cannot be written keeps nothing and is no error', () => {
  expect(keep(measured, at, '/dev/null/doctor.json')).toBeNull()
})

test('half of what was kept up with is trusted, and nothing of what was not', () => {
  expect(trustedRate({ kept: 900 })).toBe(450)
  expect(trustedRate({ kept: null })).toBeNull()
})
