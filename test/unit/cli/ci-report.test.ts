import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { CiReport } from '../../../harness/cli/ci-report.ts'
import { suiteOfOne } from '../../../reports/ci/suite.ts'

// A workflow that runs these tests is told nothing of them.
beforeEach(() => vi.stubEnv('GITHUB_STEP_SUMMARY', ''))
afterEach(() => vi.unstubAllEnvs())

const newFile = (): string => join(mkdtempSync(join(tmpdir(), 'faultline-ci-')), 'deep', 'out.xml')
const green = suiteOfOne('small', { name: 'verdict', outcome: 'passed', because: 'pass: yes.' })
const headOf = (file: string): string => readFileSync(file, 'utf8').split('\n')[1] ?? ''

test('from the start there is a file, and it is red', () => {
  const junit = newFile()
  new CiReport({ junit })
  expect(headOf(junit)).toContain('tests="1" failures="0" errors="1"')
})

test('the file is green only with exit code 0', () => {
  for (const exitCode of [0, 1, 3, 5, 6, 130]) {
    const junit = newFile()
    const ci = new CiReport({ junit })
    ci.add(green)
    ci.close(exitCode)
    const red = exitCode === 0 ? 0 : 1
    expect(headOf(junit), `exit code ${exitCode}`).toContain(
      `tests="${1 + red}" failures="${red}" errors="0"`,
    )
  }
})

test('a command that judges nothing still says how it ended', () => {
  const junit = newFile()
  new CiReport({ junit }).close(0)
  expect(headOf(junit)).toContain('tests="1" failures="0" errors="0"')
})

test('repetitions of one plan keep names of their own', () => {
  const junit = newFile()
  const ci = new CiReport({ junit })
  for (let i = 0; i < 3; i++) ci.add(green)
  ci.close(0)
  const names = [...readFileSync(junit, 'utf8').matchAll(/classname="([^"]*)"/g)]
  expect(names.map(([, name]) => name)).toEqual(['small.run', 'small (2).run', 'small (3).run'])
})
