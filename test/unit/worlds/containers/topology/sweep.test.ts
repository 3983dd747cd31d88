import { expect, test } from 'vitest'
import { EnvironmentError } from '../../../../../harness/model/errors.ts'

import { labelsOf, pidLabel } from '../../../../../harness/worlds/containers/topology/labels.ts'
import { sweep } from '../../../../../harness/worlds/containers/topology/sweep.ts'
import { type Docker, DockerError } from '../../../../../harness/worlds/images/docker.ts'

const living = labelsOf('living', 2e9)
const dead = { ...labelsOf('dead', 2e9), [pidLabel]: String(2 ** 22 - 7) }

type Fake = Record<'container' | 'network' | 'volume', Record<string, Record<string, string>>>

/** A Docker that has these; says what was removed. */
function fakeDocker(has: Fake, refuse = ''): { docker: Docker; asked: string[] } {
  const asked: string[] = []
  const docker: Docker = async (args) => {
    asked.push(args.join(' '))
    const kind = args[0] === 'ps' || args[0] === 'rm' ? 'container' : (args[0] as keyof Fake)
    if (args.includes('ps') || args.includes('ls'))
      return { code: 0, stdout: Object.keys(has[kind]).join('\n'), stderr: '' }
    if (args[1] === 'inspect') {
      const lines = Object.entries(has[kind]).map(
        ([name, labels]) =>
          `${JSON.stringify(kind === 'container' ? `/${name}` : name)} ${JSON.stringify(labels)}`,
      )
      return { code: 0, stdout: `${lines.join('\n')}\n`, stderr: '' }
    }
    return { code: refuse ? 1 : 0, stdout: '', stderr: refuse }
  }
  return { docker, asked }
}

const bothOfEach: Fake = {
  container: { 'c-dead': dead, 'c-living': living },
  network: { 'n-dead': dead, 'n-living': living },
  volume: { 'v-dead': dead, 'v-living': living },
}

test('containers, networks and volumes of a dead harness go, in this order; those of a living one stay', async () => {
  const { docker, asked } = fakeDocker(bothOfEach)
  expect(await sweep({ docker })).toEqual(['container c-dead', 'network n-dead', 'volume v-dead'])
  const removals = asked.filter((command) => /\brm\b/.test(command))
  expect(removals).toEqual([
    'rm --force --volumes c-dead',
    'network rm n-dead',
    'volume rm --force v-dead',
  ])
})

test('one run alone can be swept', async () => {
  const { docker, asked } = fakeDocker({ container: {}, network: {}, volume: {} })
  expect(await sweep({ docker, run: 'r-1' })).toEqual([])
  expect(asked.every((command) => command.includes('label=faultline.run=r-1'))).toBe(true)
})

test('what another sweep removes at the same moment is no error, anything else is', async () => {
  const gone = fakeDocker(bothOfEach, 'Error: No such container: c-dead')
  expect(await sweep({ docker: gone.docker })).toHaveLength(3)
  const stuck = fakeDocker(bothOfEach, 'Error response from daemon: device is busy')
  await expect(sweep({ docker: stuck.docker })).rejects.toThrow(
    'A container of a run that is gone could not be removed: Error response from daemon: device is busy. ' +
      'Try: docker rm --force --volumes c-dead',
  )
})

test('a Docker that cannot be used is an EnvironmentError', async () => {
  const docker: Docker = () => Promise.reject(new DockerError('No docker client was found.'))
  await expect(sweep({ docker })).rejects.toThrow(
    new EnvironmentError('No docker client was found.'),
  )
})
