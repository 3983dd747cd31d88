import type { Server } from 'node:http'
import { connect, createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { CallError } from '../../../../harness/ports/errors.ts'
import type { Message } from '../../../../harness/ports/network.ts'
import {
  type Address,
  type Handler,
  MessageClient,
  serveMessages,
} from '../../../../harness/worlds/adapters/message-wire.ts'
import { freePorts } from '../../../support/free-ports.ts'

const open: { close(): unknown }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.close()
})

const message = (kind: string, bytes = 0): Message => ({ kind, bytes, body: { n: 7 } })

async function somewhere(): Promise<Address> {
  const [port] = await freePorts(1)
  return { host: '127.0.0.1', port: port as number }
}

async function serve(handlers: Record<string, Handler>, broken: (error: unknown) => void = fail) {
  const address = await somewhere()
  const server: Server = await serveMessages(address, new Map(Object.entries(handlers)), broken)
  open.push({ close: () => server.closeAllConnections() }, server)
  return address
}

function client(): MessageClient {
  const opened = new MessageClient('us')
  open.push(opened)
  return opened
}

const fail = (error: unknown): never => {
  throw error
}

const rejection = (work: Promise<unknown>): Promise<{ message: string; definite: boolean }> =>
  work.then(
    () => fail(new Error('was answered')),
    ({ message, definite }: CallError) => ({ message, definite }),
  )

test('a message is answered, and the handler is told who asks', async () => {
  const address = await serve({ ask: async ({ body }, from) => ({ kind: from, bytes: 0, body }) })
  expect(await client().call(address, message('ask'), 1_000_000)).toEqual({
    kind: 'us',
    bytes: 0,
    body: { n: 7 },
  })
})

test('a message weighs on the wire what it claims to weigh, both ways', async () => {
  const address = await serve({ ask: async () => message('answer', 3_000) })
  let there = 0
  let back = 0
  const counted = await somewhere()
  const proxy = createServer((near) => {
    const far = connect(address)
    near.on('data', (chunk) => {
      there += chunk.length
      far.write(chunk)
    })
    far.on('data', (chunk) => {
      back += chunk.length
      near.write(chunk)
    })
    near.on('close', () => far.destroy())
  })
  open.push(proxy)
  await new Promise<void>((resolve) => proxy.listen(counted.port, counted.host, resolve))
  await client().call(counted, message('ask', 2_000), 1_000_000)
  expect(there).toBeGreaterThanOrEqual(2_000)
  expect(there).toBeLessThan(2_400)
  expect(back).toBeGreaterThanOrEqual(3_000)
  expect(back).toBeLessThan(3_400)
})

test('where nobody listens nothing was sent: a definite failure', async () => {
  expect(await rejection(client().call(await somewhere(), message('ask'), 1_000_000))).toEqual({
    message: 'connection refused',
    definite: true,
  })
})

test('a connection that breaks leaves the outcome unknown', async () => {
  const address = await somewhere()
  const rude = createServer((socket) => socket.once('data', () => socket.destroy()))
  open.push(rude)
  await new Promise<void>((resolve) => rude.listen(address.port, address.host, resolve))
  expect(await rejection(client().call(address, message('ask'), 1_000_000))).toEqual({
    message: 'connection reset',
    definite: false,
  })
})

test.each([
  ['nothing but a status', 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n'],
  ['half an answer', 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"mess'],
])('%s tells nothing of the effect, and ends nothing but the call', async (_, said) => {
  const address = await somewhere()
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end(said))
  })
  await new Promise<void>((resolve) => server.listen(address.port, address.host, resolve))
  open.push(server)
  expect(await rejection(client().call(address, message('ask'), 1_000_000))).toEqual({
    message: 'no whole answer',
    definite: false,
  })
})

test('a connection on which nothing arrives is kept: what was swallowed on its way may still come', async () => {
  const server = await serveMessages(await somewhere(), new Map(), fail)
  open.push(server)
  expect([server.headersTimeout, server.requestTimeout, server.keepAliveTimeout]).toEqual([0, 0, 0])
})

test('an answer after the deadline is none, and nothing is known of the effect', async () => {
  const address = await serve({ ask: () => new Promise(() => {}) })
  expect(await rejection(client().call(address, message('ask'), 50_000))).toEqual({
    message: 'deadline',
    definite: false,
  })
})

test('what a handler refuses the caller is refused, as definite as the handler says', async () => {
  const address = await serve({
    ask: async () => fail(new CallError('the store has not loaded its data', { definite: true })),
  })
  expect(await rejection(client().call(address, message('ask'), 1_000_000))).toEqual({
    message: 'the store has not loaded its data',
    definite: true,
  })
  expect(await rejection(client().call(address, message('gossip'), 1_000_000))).toEqual({
    message: 'nobody answers "gossip"',
    definite: true,
  })
})

test('a handler that breaks is no answer: whoever serves hears of it', async () => {
  const heard: unknown[] = []
  const address = await serve({ ask: async () => fail(new TypeError('a bug')) }, (error) =>
    heard.push(error),
  )
  await rejection(client().call(address, message('ask'), 100_000))
  expect(heard).toEqual([new TypeError('a bug')])
})

test('connections are kept: the second message needs no new one', async () => {
  const address = await somewhere()
  let connections = 0
  const server = await serveMessages(address, new Map([['ask', async () => message('ok')]]), fail)
  open.push({ close: () => server.closeAllConnections() }, server)
  server.on('connection', () => connections++)
  const asking = client()
  for (let i = 0; i < 5; i++) await asking.call(address, message('ask'), 1_000_000)
  expect(connections).toBe(1)
})
