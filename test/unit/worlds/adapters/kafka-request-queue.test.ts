import { type AddressInfo, createServer } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { KafkaClient } from '../../../../harness/worlds/adapters/kafka-client.ts'

const METADATA = 3
const API_VERSIONS = 18
const KNOWN = [
  [METADATA, 0, 1],
  [API_VERSIONS, 0, 1],
]

/** Answers every request as if it asked which requests a broker knows. */
async function idleBroker(): Promise<AddressInfo> {
  const server = createServer((socket) => {
    socket.on('data', (request) => {
      // Size, number of the request, error, the array, and how long to wait: 0.
      const body = Buffer.alloc(18 + 6 * KNOWN.length)
      request.copy(body, 4, 8, 12)
      body.writeInt32BE(body.length - 4, 0)
      body.writeInt32BE(KNOWN.length, 10)
      for (const [i, value] of KNOWN.flat().entries()) body.writeInt16BE(value, 14 + 2 * i)
      socket.write(body)
    })
    socket.on('error', () => {})
  })
  closing.push(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server.address() as AddressInfo
}

const realTimeout = setTimeout
const closing: (() => void)[] = []
afterEach(() => {
  vi.restoreAllMocks()
  for (const close of closing.splice(0)) close()
})

test('a connection that waits for nothing sets no timers', async () => {
  const { port } = await idleBroker()
  const client = new KafkaClient({ address: { host: '127.0.0.1', port }, clientId: 'idle' }, 5_000)
  closing.push(() => client.cut())
  await client.kafka.admin().connect()
  await new Promise((resolve) => realTimeout(resolve, 100))
  const timers = vi.spyOn(globalThis, 'setTimeout')
  await new Promise((resolve) => realTimeout(resolve, 300))
  expect(timers.mock.calls.length).toBeLessThan(30)
})
