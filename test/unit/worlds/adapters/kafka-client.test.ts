import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { BASE_STAMP } from '../../../../harness/model/point.ts'
import { MS, SECOND } from '../../../../harness/model/units.ts'
import { CallError, DeadlineError } from '../../../../harness/ports/errors.ts'
import { openKafka } from '../../../../harness/worlds/adapters/kafka.ts'
import { Desk, KafkaClient } from '../../../../harness/worlds/adapters/kafka-client.ts'

const servers: Server[] = []
const sockets: Socket[] = []

/** A broker that takes connections and never says a word, as a paused one does. */
function silent(): Promise<{ host: string; port: number }> {
  return new Promise((resolve) => {
    const server = createServer((socket) => {
      sockets.push(socket)
      socket.on('error', () => {})
    })
    servers.push(server)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve({
        host: '127.0.0.1',
        port: typeof address === 'object' && address ? address.port : 0,
      })
    })
  })
}

const nobody = async () => {
  const address = await silent()
  await new Promise((resolve) => servers.pop()?.close(resolve))
  return address
}

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) server.close()
})

const change = { id: 1, row: 0, write: 1, stamp: BASE_STAMP, deleted: true, origin: 'us' }
const setting = { clientId: 'test', vectorOf: () => new Float32Array(0), partitions: 1 }
const modes = ['at-least-once', 'idempotent', 'transactional'] as const

test.each(modes)('%s: where nobody listens nothing was sent, and that is sure', async (mode) => {
  const producer = { mode, concurrentSends: false }
  const log = await openKafka({ ...setting, producer, address: await nobody() })
  for (let i = 0; i < 2; i++) {
    const appended = log.append('t', [change], { op: 1, deadlineUs: SECOND })
    await expect(appended).rejects.toMatchObject({ definite: true })
    await expect(appended).rejects.toThrow(/nothing was sent: Kafka: ECONNREFUSED/)
  }
  await log.close()
})

test.each(modes)(
  '%s: a silent broker costs the deadline, and nothing is sent after it',
  async (mode) => {
    const producer = { mode, concurrentSends: false }
    const log = await openKafka({ ...setting, producer, address: await silent() })
    const started = performance.now()
    const two = [1, 2].map((op) => log.append('t', [change], { op, deadlineUs: 150 * MS }))
    for (const outcome of await Promise.allSettled(two)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { definite: true } })
    }
    expect(performance.now() - started).toBeLessThan(1_000)
    await log.close()
  },
)

test('a question that is not answered ends at its deadline', async () => {
  const desk = new Desk({ address: await silent(), clientId: 'test' })
  await expect(desk.ask(100 * MS, (admin) => admin.listTopics())).rejects.toBeInstanceOf(
    DeadlineError,
  )
  await desk.close()
})

test('what is cut off fails at once and stays so', async () => {
  const client = new KafkaClient({ address: await silent(), clientId: 'test' }, 60_000)
  const admin = client.kafka.admin()
  const connecting = admin.connect()
  setTimeout(() => client.cut(), 50)
  await expect(connecting).rejects.toThrow('cut off')
  await expect(client.kafka.admin().connect()).rejects.toThrow('cut off')
  expect(client.over).toBe(true)
})

test('a join gives up as soon as its log is closed', async () => {
  const log = await openKafka({
    ...{ ...setting, address: await nobody() },
    producer: { mode: 'at-least-once', concurrentSends: true },
  })
  const joined = log.join('g', ['t'])
  setTimeout(() => void log.close(), 50)
  await expect(joined).rejects.toBeInstanceOf(CallError)
})
