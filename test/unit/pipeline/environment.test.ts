import { expect, test } from 'vitest'
import { describeServers } from '../../../harness/pipeline/environment.ts'
import { DockerError } from '../../../harness/worlds/images/docker.ts'

const servers = ['a', 'b', 'c'].map((name) => ({ name, memoryMiB: 100, cpuShare: 0.05 }))

test('servers stand with the images Docker says they run, each once', async () => {
  const asked: string[] = []
  const stdout = 'milvus:2 sha256:22\nkafka:4 sha256:11\nmilvus:2 sha256:22\n'
  const described = await describeServers(servers, async (args) => {
    asked.push(...args)
    return { code: 0, stdout, stderr: '' }
  })
  expect(described).toEqual({ servers, images: ['kafka:4 sha256:11', 'milvus:2 sha256:22'] })
  expect(asked.slice(0, 2)).toEqual(['container', 'inspect'])
  expect(asked.slice(-3)).toEqual(['a', 'b', 'c'])
})

test('a container that is gone is an error that says so', async () => {
  const gone = async () => ({ code: 1, stdout: '', stderr: 'No such container: b\n' })
  await expect(describeServers(servers, gone)).rejects.toThrow(DockerError)
  await expect(describeServers(servers, gone)).rejects.toThrow('No such container: b')
})
