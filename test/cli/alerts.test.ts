import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { faultlineIn, newFolder } from '../support/faultline.ts'
import { smallScenario } from '../support/small-scenario.ts'

const rules = (bound: number) => `groups:
  - name: a
    interval: 1s
    rules:
      - { alert: Slow, expr: "histogram_quantile(0.5, rate(search_response_seconds_bucket[30s])) > ${bound}" }
      - { alert: Cpu, expr: cpu_busy_ratio > 0.85 }
`

test('alerts: in a scenario they stand in verdict, terminal and summary; on a run that is there in a table', async () => {
  const folder = newFolder()
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  write('rules.yml', rules(0))
  write(
    'small.yaml',
    `${smallScenario}\nalerts: { rules: rules.yml, scrape: 1s, expect: { quiet: [Slow] } }\n`,
  )
  const run = await faultlineIn(folder, 'run', 'small.yaml', '--out', 'r')
  expect(run.code).toBe(1)
  expect(run.out).toMatch(/^alert +Slow +fired wrongly/m)
  expect(run.out).toMatch(/^alert +Cpu +cannot tell: capability missing: cpu_busy_ratio/m)
  expect(run.out).toContain('FAIL: An alert did not come as expected: Slow should be quiet')
  const { alerts } = JSON.parse(readFileSync(join(folder, 'r/summary.json'), 'utf8'))
  expect(alerts).toMatchObject([
    { alert: 'Slow', everyUs: 1_000_000, expected: [{ verdict: 'fail' }] },
    { alert: 'Cpu', fired: 0, cannotTell: expect.stringContaining('capability missing') },
  ])

  const told = await faultlineIn(folder, 'alerts', 'rules.yml', 'r', '--scrape', '1s')
  expect(told).toMatchObject({ code: 0, err: '' })
  expect(told.out).toMatch(/^Slow +fired wrongly/m)
  write('quiet.yml', `{ rules: [{ alert: A, expr: cpu_busy_ratio > 1 }], expect: { quiet: [A] } }`)
  const unknown = await faultlineIn(folder, 'alerts', 'quiet.yml', 'r')
  expect(unknown.code).toBe(3)
  expect(unknown.out).toContain('CANNOT TELL: Nobody can tell of A: capability missing')
  expect((await faultlineIn(folder, 'alerts', 'quiet.yml', 'r', '--allow-unknown')).code).toBe(0)
  const json = JSON.parse(
    (await faultlineIn(folder, 'alerts', 'rules.yml', 'r', '--scrape', '1s', '--json')).out,
  )
  expect(json[0].alerts[0]).toMatchObject({ alert: 'Slow', fired: alerts[0].fired })

  write('broken.yml', rules(0).replace('> 0"', '> 12ms"'))
  const broken = await faultlineIn(folder, 'alerts', 'broken.yml', 'r')
  expect(broken).toMatchObject({ code: 2, out: '' })
  expect(broken.err).toMatch(
    /^broken\.yml:5:\d+: expr: 12ms has a unit\. Write 0\.012: seconds\.$/m,
  )
  rmSync(join(folder, 'r/record.jsonl'))
  expect(await faultlineIn(folder, 'alerts', 'rules.yml', 'r')).toMatchObject({ code: 2 })
})
