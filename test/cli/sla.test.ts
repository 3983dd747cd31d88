import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { faultline, faultlineWith, newFolder } from '../support/faultline.ts'
import { smallScenario } from '../support/small-scenario.ts'

const folder = newFolder()
const withGold = (name: string, min: string): string => {
  const file = join(folder, `${name}.yaml`)
  const gold = `profiles:
  gold:
    title: Gold search
    limits:
      - { metric: availability, operation: search, min: ${min} }
  silver:
    limits:
      - { metric: lost-writes, max: 0 }
`
  writeFileSync(file, `${smallScenario.replace('name: small', `name: ${name}`)}${gold}`)
  return file
}

test('sla runs a scenario with several seeds and leaves a page that can be signed; read again it says the same', async () => {
  const out = join(folder, 'out')
  const file = withGold('calm', '95%')
  const made = await faultline('sla', file, '--seeds', '1..2', '--profile', 'gold', '--out', out)
  expect(made).toMatchObject({ code: 0 })
  expect(made.out).toContain('gold: SIGNABLE AS SIMULATED. All 2 objectives hold on 2 runs')
  const { levels } = JSON.parse(readFileSync(join(out, 'sla.json'), 'utf8'))
  expect(levels).toHaveLength(1)
  const [{ objectives, runs }] = levels[0].samples
  expect(runs.map(({ seed }: { seed: number }) => seed)).toEqual([1, 2])
  expect(objectives[0].budget.bad).toEqual({ low: 0, high: 0 })
  for (const name of ['sla.html', 'sla.md']) expect(existsSync(join(out, name))).toBe(true)

  const again = await faultline('sla', out, '--json')
  expect(again.code).toBe(0)
  expect(JSON.parse(again.out).levels[0].samples[0].objectives).toEqual(objectives)
  expect(JSON.parse(again.out).levels).toHaveLength(2)
}, 180_000)

test('sla tells CI servers: a broken objective is a failure, at the line of its limit though its bound was set', async () => {
  const out = join(folder, 'told')
  const file = withGold('told', '10%')
  const most = `"$\{most}"`
  const slow = `      - { metric: search.response, p: 90, max: ${most} }`
  const text = readFileSync(file, 'utf8').replace(/( {4}limits:\n)/, (head) => `${head}${slow}\n`)
  writeFileSync(file, `${text}vars: { most: 1s }\n`)
  const junit = join(newFolder(), 'sla.xml')
  const seeds = ['--profile', 'gold', '--seeds', '1..2', '--jobs', '1', '--out', out]
  const told = ['--set', 'most=1ms', '--junit', junit, '--github', '--json']
  const { code, err } = await faultlineWith(
    { GITHUB_WORKSPACE: folder },
    folder,
    ...['sla', file, ...seeds, ...told],
  )
  expect(code).toBe(1)
  const xml = readFileSync(junit, 'utf8')
  expect(xml).toMatch(/repeat: faultline sla .*told\.yaml --set most=1ms --seeds 1\.\.2/)
  expect(xml).toContain('name="gold of told on active-active-cdc, sim"')
  expect(xml).toMatch(/name="search\.response p90 ≤ 1.ms"[^>]*>\s*<failure/)
  const line = text.split('\n').findIndex((one) => one.includes('most}')) + 1
  expect(err).toMatch(new RegExp(`^::error file=told.yaml,line=${line},title=gold of told`, 'm'))
  expect(existsSync(join(out, 'seed-2', 'report.html'))).toBe(true)
}, 180_000)
