import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { faultlineIn, newFolder } from '../support/faultline.ts'
import { smallScenario } from '../support/small-scenario.ts'

test('export prints gauges and the lines of the charts; gauges also where only the summary was kept', async () => {
  const folder = newFolder()
  writeFileSync(join(folder, 'small.yaml'), smallScenario)
  expect((await faultlineIn(folder, 'run', 'small.yaml', '--out', 'r')).code).toBe(0)
  const gauges = await faultlineIn(folder, 'export', 'r', '--format', 'openmetrics')
  expect(gauges).toMatchObject({ code: 0, err: '' })
  expect(gauges.out).toMatch(/^faultline_run_verdict\{[^}]*faultline_run_verdict="pass"\} 1$/m)
  expect(gauges.out).toMatch(
    /^faultline_search_response_seconds\{.*region="us".*stat="p50"\} 0\.0/m,
  )
  const { metrics } = JSON.parse(readFileSync(join(folder, 'r/summary.json'), 'utf8'))
  expect(gauges.out.match(/^faultline_\w+_samples\{/gm)).toHaveLength(metrics.length)
  const lines = await faultlineIn(folder, 'export', 'r', '--format', 'csv')
  expect(lines.out).toMatch(/^latency,us,,p50,0,s,0\.0\d+,s$/m)

  rmSync(join(folder, 'r/record.jsonl'))
  const kept = await faultlineIn(folder, 'export', 'r', '--format', 'openmetrics')
  expect(kept.out).toBe(gauges.out)
  const gone = await faultlineIn(folder, 'export', 'r', '--format', 'csv')
  expect(gone).toMatchObject({ code: 2, out: '' })
  expect(gone.err).toContain('no record.jsonl')
})

test('export says which formats there are, and what is a run', async () => {
  const folder = newFolder()
  const unsaid = await faultlineIn(folder, 'export', '.')
  expect(unsaid.code).toBe(2)
  expect(unsaid.err).toContain('--format')
  const nowhere = await faultlineIn(folder, 'export', '.', '--format', 'csv')
  expect(nowhere).toMatchObject({ code: 2 })
  expect(nowhere.err).toContain('not a run directory')
})
