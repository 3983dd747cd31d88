import { connect, createServer, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { EchoServer } from '../../../../harness/worlds/containers/echo-server.ts'
import { echoed, kafkaAnswers } from '../../../../harness/worlds/containers/round-trips.ts'
import { freePorts } from '../../../support/free-ports.ts'

const open: { close(): unknown }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.close()
})

async function somewhere() {
  const [port] = await freePorts(1)
  return { host: '127.0.0.1', port: port as number }
}

async function listening(server: Server) {
  const address = await somewhere()
  open.push(server)
  await new Promise<void>((resolve) => server.listen(address.port, address.host, resolve))
  return address
}

const silent = () => listening(createServer(() => {}))

test('an echo comes back whole, and the far side knows that it was there', async () => {
  const address = await somewhere()
  const echo = await EchoServer.listen(address, [])
  open.push(echo)
  expect(await echoed(address, Buffer.from('17 '.padEnd(200_000)), 2_000_000)).toBe(true)
  expect(echo.saw(17)).toBe(true)
  expect(echo.saw(17)).toBe(false)
  expect(echo.saw(18)).toBe(false)
})

test('a side that swallows everything answers no round trip, within the deadline', async () => {
  const address = await silent()
  const asked = [echoed(address, Buffer.from('1 '), 50_000), kafkaAnswers(address, 50_000)]
  expect(await Promise.all(asked)).toEqual([false, false])
})

test('where nobody listens there is no round trip', async () => {
  const address = await somewhere()
  const asked = [echoed(address, Buffer.from('1 '), 1_000_000), kafkaAnswers(address, 1_000_000)]
  expect(await Promise.all(asked)).toEqual([false, false])
})

test('who is neither this host nor on the list of callers is not answered', async () => {
  const { port } = await somewhere()
  const echo = await EchoServer.listen({ host: '127.0.0.1', port }, ['10.0.0.1'])
  open.push(echo)
  const from = (localAddress: string) =>
    new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, localAddress })
      socket.on('data', () => resolve(true))
      socket.on('close', () => resolve(false))
      socket.on('error', () => resolve(false))
      socket.write('1 ')
      open.push({ close: () => socket.destroy() })
    })
  expect(await from('127.0.0.1')).toBe(true)
  expect(await from('127.0.0.2')).toBe(false)
})
