import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeReports } from '../../../reports/write.ts'
import { aJudgement, anEmptyAnalysis, anEnvironment } from '../../support/analysis.ts'

test('three files stand in the run directory, and name it as it was typed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-reports-'))
  try {
    const files = await writeReports(folder, anEmptyAnalysis(), aJudgement(), anEnvironment())
    expect(files).toEqual({
      html: join(folder, 'report.html'),
      json: join(folder, 'summary.json'),
      md: join(folder, 'summary.md'),
    })
    expect(JSON.parse(readFileSync(files.json, 'utf8'))).toMatchObject({ format: 1, metrics: [] })
    expect(readFileSync(files.md, 'utf8')).toMatch(/^# FAIL: test\n/)
    expect(readFileSync(files.html, 'utf8')).toContain(`faultline report ${folder}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
