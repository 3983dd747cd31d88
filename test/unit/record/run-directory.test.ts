import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openRunDirectory } from '../../../harness/record/run-directory.ts'
import { aPlan } from '../../support/plan.ts'

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'faultline-directory-'))

/** A folder as a run leaves it. */
function aRun(path = newFolder()): string {
  const { record } = openRunDirectory(aPlan(), path)
  writeFileSync(record, '{"type":"plan","t":0}\n')
  const environment = { startedAt: '2026-11-29T21:14:03.120Z', command: 'faultline run a.yaml' }
  writeFileSync(join(path, 'environment.json'), JSON.stringify(environment))
  return path
}

test('an empty folder and one that is not there yet are taken without a word', () => {
  expect(openRunDirectory(aPlan(), newFolder()).replaced).toBeUndefined()
  expect(openRunDirectory(aPlan(), join(newFolder(), 'a', 'b')).replaced).toBeUndefined()
})

test('an earlier run is replaced, and it is said which', () => {
  const path = aRun()
  expect(openRunDirectory(aPlan(), path).replaced).toBe(
    `${path}: replaces the run of 2026-11-29 21:14:03 UTC (faultline run a.yaml)`,
  )
  expect(existsSync(join(path, 'record.jsonl'))).toBe(false)
})

test('so are repetitions and points of a sweep', () => {
  const path = newFolder()
  aRun(join(path, 'rep-1'))
  writeFileSync(join(path, 'reps.json'), '{}')
  expect(openRunDirectory(aPlan(), path).replaced).toContain('replaces the run of 2026-11-29')
})

test('notes beside a run stay where they are', () => {
  const path = aRun()
  writeFileSync(join(path, 'notes.txt'), 'mine')
  expect(openRunDirectory(aPlan(), path).replaced).toContain('replaces the run of')
  expect(readFileSync(join(path, 'notes.txt'), 'utf8')).toBe('mine')
})

test('a folder with files that no run left is refused, and nothing in it is touched', () => {
  const path = newFolder()
  mkdirSync(join(path, 'logs'))
  writeFileSync(join(path, 'logs', 'mine.log'), 'mine')
  writeFileSync(join(path, 'package.json'), '{}')
  expect(() => openRunDirectory(aPlan(), path)).toThrow(
    `cannot leave a run in "${path}": it holds what no run left there (package.json). Give a folder of its own with --out.`,
  )
  expect(readFileSync(join(path, 'logs', 'mine.log'), 'utf8')).toBe('mine')
})

test('a file that is only called record.jsonl makes no run', () => {
  const path = newFolder()
  writeFileSync(join(path, 'record.jsonl'), '{"mine":1}\n')
  writeFileSync(join(path, 'other.txt'), '')
  expect(() => openRunDirectory(aPlan(), path)).toThrow('it holds what no run left there')
})
