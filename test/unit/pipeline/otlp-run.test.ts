import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { otlpRun } from '../../../harness/pipeline/otlp-run.ts'
import { aPlan } from '../../support/plan.ts'

const startedAt = '2026-11-30T16:00:00.000Z'
const startedUs = Date.parse(startedAt) * 1000

/** The folder of a run that was started then; of its health these moments. */
function runFolder(health: { wallMs: number; runUs: number }[], started = true): string {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-otlp-'))
  if (started) writeFileSync(join(folder, 'environment.json'), JSON.stringify({ startedAt }))
  const lines = health.map((line) => `${JSON.stringify({ ...line, rssMiB: 1, lines: 1 })}\n`)
  writeFileSync(join(folder, 'health.jsonl'), lines.join(''))
  return folder
}

const real = aPlan({ world: 'containers' })
const health = [
  { wallMs: 60_000, runUs: 0 },
  { wallMs: 123_700, runUs: 1_900_000 },
  { wallMs: 128_600, runUs: 6_900_000 },
]

test('time 0 of a simulation is laid at its start; on real servers it is where the wall clock was', () => {
  expect(otlpRun(runFolder(health), aPlan(), '')).toMatchObject({ epochUs: startedUs })
  const { epochUs, resource } = otlpRun(runFolder(health), real, '')
  expect(epochUs - startedUs).toBe(121_700_000)
  expect(resource['clock']).toBe('wall clock of the harness')
})

test('where nobody kept when a run began, its time 0 is laid at 1970 and says so', () => {
  const { epochUs, resource } = otlpRun(runFolder(health, false), real, '')
  expect(epochUs).toBe(0)
  expect(resource['clock']).toContain('1970')
})

test('two runs of one plan have other ids, and one run the same ones every time', () => {
  const identity = (folder: string, plan = aPlan()) => otlpRun(folder, plan, '').identity
  const folder = runFolder([])
  expect(identity(folder)).toBe(identity(folder))
  expect(identity(folder)).not.toBe(identity(runFolder([], false)))
  expect(identity(folder)).not.toBe(identity(folder, aPlan({ seed: 8 })))
})
