import { expect, test, vi } from 'vitest'
import { DockerError, dockerClient } from '../../../../harness/worlds/images/docker.ts'
import { aFolder, programs } from './fakes.ts'

/** What the client says with this `docker` on PATH, or none. */
async function withDocker(body: string | null, timeoutMs = 5_000) {
  vi.stubEnv('PATH', body === null ? aFolder() : `${programs({ docker: body })}:/usr/bin:/bin`)
  try {
    return await dockerClient({ timeoutMs })(['version'])
  } finally {
    vi.unstubAllEnvs()
  }
}

test('the answer carries exit code and both streams', async () => {
  expect(await withDocker('echo "$1"; echo no >&2; exit 3')).toEqual({
    code: 3,
    stdout: 'version\n',
    stderr: 'no\n',
  })
})

test('a missing client is named, with what to install', async () => {
  const failed = withDocker(null)
  await expect(failed).rejects.toThrow(DockerError)
  await expect(failed).rejects.toThrow(/No docker client .* apt-get install docker\.io/)
})

test('a daemon that is down is named, with how to start it', async () => {
  const said = 'Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?'
  await expect(withDocker(`echo "${said}" >&2; exit 1`)).rejects.toThrow(
    /did not answer \(Cannot connect.*dockerd --storage-driver=overlay2/,
  )
})

test('a daemon that hangs is a daemon that does not answer', async () => {
  await expect(withDocker('exec sleep 20', 100)).rejects.toThrow(/nothing within 100 ms/)
})

test('a user who may not talk to the daemon is told so', async () => {
  const said = 'permission denied while trying to connect to the Docker daemon socket'
  await expect(withDocker(`echo "${said}" >&2; exit 1`)).rejects.toThrow(/the group docker/)
})
