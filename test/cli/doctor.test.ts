import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { faultlineWith, newFolder, root } from '../support/faultline.ts'

const noDocker = { DOCKER_HOST: 'unix:///no/such/docker.sock' }

test('a look says what is here, with the way out of what is not, and fails for real servers only', async () => {
  const { code, out } = await faultlineWith(noDocker, newFolder(), 'doctor', '--quick')
  expect(out).toMatch(/^ +MISSING +Docker +/m)
  expect(out).toContain('→ ')
  expect(out).toContain('Fit for the simulator: yes.')
  expect(out).toMatch(/Fit for real servers: no, .*Docker/)
  expect(out.split('\n').every((line) => line.length <= 120)).toBe(true)
  expect(code).toBe(0)
})

test('the same as JSON, judged for real servers', async () => {
  const flags = ['doctor', '--quick', '--json', '--world', 'containers']
  const { code, out, err } = await faultlineWith(noDocker, newFolder(), ...flags)
  const said = JSON.parse(out)
  expect(said).toMatchObject({ format: 1, fit: { sim: true, containers: false } })
  expect(said.machine.cores).toBeGreaterThan(0)
  const docker = said.checks.find(({ name }: { name: string }) => name === 'Docker')
  expect(docker).toMatchObject({ state: 'missing', world: 'containers' })
  expect(said.reading.docker.why).toContain(docker.mend)
  expect(err).toBe('')
  expect(code).toBe(5)
})

test('what is measured is said as a bracket, and kept for check', async () => {
  const cache = newFolder()
  const variables = { ...noDocker, XDG_CACHE_HOME: cache }
  const { code, out } = await faultlineWith(variables, newFolder(), 'doctor', '--json')
  const { measured, kept, realRuns } = JSON.parse(out)
  expect(measured.simulator.simulatedS).toBeGreaterThan(0)
  expect(measured.simulator.realS).toBeGreaterThan(0)
  const { kept: low, lost: high, trials } = measured.generator
  expect(trials).toBeGreaterThan(1)
  if (low !== null && high !== null) expect(low).toBeLessThan(high)
  expect(realRuns).toEqual([])
  expect(kept).toBe(join(cache, 'faultline/doctor.json'))
  expect(JSON.parse(readFileSync(kept, 'utf8')).measured).toEqual(measured)
  expect(code).toBe(0)

  const check = () =>
    faultlineWith(variables, root, 'check', 'partition-heal', '--world', 'containers')
  const told = JSON.parse(readFileSync(kept, 'utf8'))
  told.measured.generator.kept = 1
  writeFileSync(kept, JSON.stringify(told))
  expect((await check()).out).toMatch(
    /\nCaution: it asks for up to .* operations, and this machine/,
  )
  rmSync(kept)
  expect((await check()).out).toContain('was not measured. Try: faultline doctor')
  const simulated = await faultlineWith(variables, root, 'check', 'partition-heal')
  expect(simulated.out).not.toContain('faultline doctor')
}, 120_000)
