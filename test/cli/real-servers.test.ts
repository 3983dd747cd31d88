import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const bin = fileURLToPath(new URL('../../harness/faultline.mjs', import.meta.url))

function faultline(args: string[], env: NodeJS.ProcessEnv) {
  const { status, stderr, stdout } = spawnSync(process.execPath, [bin, ...args], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
  return { status, stderr, stdout }
}

function runWithout(env: NodeJS.ProcessEnv) {
  const out = mkdtempSync(join(tmpdir(), 'faultline-no-docker-'))
  const args = ['run', 'scenarios/milvus-crash.yaml', '--world', 'containers', '--out', out]
  return { out, ...faultline(args, env) }
}

test('without Docker a run on real servers says what to install, and that the simulator needs none', () => {
  const { status, stderr, out } = runWithout({ PATH: '/nowhere' })
  expect({ status, stderr }).toEqual({
    status: 5,
    stderr:
      'No docker client was found on PATH. Try: apt-get install docker.io; ' +
      'or run the scenario in the simulator, which needs none: --world sim\n',
  })
  const last = readFileSync(join(out, 'record.jsonl'), 'utf8').trimEnd().split('\n').at(-1)
  expect(JSON.parse(last ?? '')).toMatchObject({ type: 'end', how: 'failed' })
})

const noClient = spawnSync('docker', ['--version']).error !== undefined

test.skipIf(noClient)('with the daemon down it says how to start one', () => {
  const { status, stderr } = runWithout({ DOCKER_HOST: 'unix:///nowhere/docker.sock' })
  expect(status).toBe(5)
  expect(stderr).toMatch(/^The Docker daemon did not answer \(.*\)\. Try: systemctl start docker;/)
})

test('a scenario that real servers cannot run is refused at its line, before anything is started', () => {
  const { status, stderr } = faultline(
    ['check', 'scenarios/slow-link-backlog.yaml', '--world', 'containers'],
    { PATH: '/nowhere' },
  )
  expect(status).toBe(2)
  expect(stderr).toMatch(/^scenarios\/slow-link-backlog\.yaml:\d+:\d+: .*containers/)
})

test('clean says that Docker is not there, and not that nothing was left', () => {
  const { status, stdout } = faultline(['clean'], { PATH: '/nowhere' })
  expect({ status, stdout }).toEqual({ status: 5, stdout: '' })
})
