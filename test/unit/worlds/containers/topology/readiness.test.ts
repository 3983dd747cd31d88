import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { Signal, Stopped } from '../../../../../harness/base/signal.ts'
import { EnvironmentError } from '../../../../../harness/model/errors.ts'

import { answersHttp, until } from '../../../../../harness/worlds/containers/topology/readiness.ts'
import type { ServerContainer } from '../../../../../harness/worlds/containers/topology/server-container.ts'

const containerThat = (endedHow: string | null): ServerContainer =>
  ({
    name: 'faultline-x-us-east-milvus',
    log: { file: 'logs/milvus.log' },
    endedHow: async () => endedHow,
    logTail: async (lines: number) => `the last ${lines} lines`,
  }) as unknown as ServerContainer

describe('a bounded wait', () => {
  test('ends with the first answer', async () => {
    let asked = 0
    const ask = async () => {
      asked++
      if (asked < 3) throw new Error('not yet')
      return 'here'
    }
    const answer = await until(containerThat(null), 'answers', 5_000, ask, new Signal())
    expect([answer, asked]).toEqual(['here', 3])
  })

  test('says what was waited for, the last answer, the last lines and the log file', async () => {
    const ask = () => Promise.reject(new Error('status 500'))
    const condition = 'answers 200 on /healthz'
    const work = until(containerThat(null), condition, 250, ask, new Signal())
    await expect(work).rejects.toBeInstanceOf(EnvironmentError)
    await expect(work).rejects.toThrow(
      /^Container faultline-x-us-east-milvus: not within 0\.\d s: answers 200 on \/healthz\.\nLast answer: status 500\.\nIts last lines:\n {2}the last 10 lines\nLog file: logs\/milvus\.log\n/,
    )
  })

  test('does not wait for a container that has ended', async () => {
    const began = performance.now()
    const ask = () => Promise.reject(new Error('refused'))
    const ended = containerThat('exited with code 134')
    const work = until(ended, 'answers', 60_000, ask, new Signal())
    await expect(work).rejects.toThrow(
      'Container faultline-x-us-east-milvus exited with code 134 before this was seen: answers.',
    )
    expect(performance.now() - began).toBeLessThan(5_000)
  })

  test('ends as soon as it is stopped, whether an answer is out or the next is not due', async () => {
    for (const ask of [
      () => new Promise<never>(() => {}),
      () => Promise.reject(new Error('refused')),
    ]) {
      const stop = new Signal()
      const work = until(containerThat(null), 'answers', 60_000, ask, stop)
      stop.fire()
      await expect(work).rejects.toBeInstanceOf(Stopped)
    }
  })
})

test('an answer that is not 200 is none, and is quoted', async () => {
  const server = createServer((_, response) => response.writeHead(500).end('etcd is not ready'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await expect(answersHttp(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow(
    'status 500: etcd is not ready',
  )
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})
