import { connect, type Socket } from 'node:net'
import type { Us } from '../../model/units.ts'
import type { Address } from '../adapters/message-wire.ts'

/**
 * Round trips that need no client library: what proves that bytes pass over one path, both ways. Each opens a
 * connection of its own, so that it tells the state of the path and not that of an old connection. All settle with
 * whether the answer came within the deadline.
 */

/** Sends `bytes` and waits until as many have come back. */
export function echoed(to: Address, payload: Buffer, deadlineUs: Us): Promise<boolean> {
  return answered(to, payload, payload.length, deadlineUs)
}

/**
 * Kafka's ApiVersions, version 0, which every broker answers without authentication (protocol: request header v1 =
 * size, api key 18, version, correlation id, client id).
 */
export function kafkaAnswers(to: Address, deadlineUs: Us): Promise<boolean> {
  const client = Buffer.from('canary')
  const request = Buffer.alloc(4 + 2 + 2 + 4 + 2 + client.length)
  request.writeInt32BE(request.length - 4, 0)
  request.writeInt16BE(18, 4)
  request.writeInt16BE(0, 6)
  request.writeInt32BE(1, 8)
  request.writeInt16BE(client.length, 12)
  client.copy(request, 14)
  return answered(to, request, 8, deadlineUs)
}

/**
 * PostgreSQL's SSLRequest, which every server answers with one byte before anybody has said who he is (protocol: length
 * 8, code 80877103); also one that is still starting up.
 */
export function postgresAnswers(to: Address, deadlineUs: Us): Promise<boolean> {
  const request = Buffer.alloc(8)
  request.writeInt32BE(8, 0)
  request.writeInt32BE(80_877_103, 4)
  return answered(to, request, 1, deadlineUs)
}

/** Opens a connection, ends it, and waits until the far side has ended it too. */
export function hungUp(to: Address, deadlineUs: Us): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(to, () => socket.end())
    const settle = (ok: boolean): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(ok)
    }
    const timer = setTimeout(() => settle(false), deadlineUs / 1000)
    socket.on('error', () => settle(false))
    socket.on('end', () => settle(true))
    socket.resume()
  })
}

function answered(to: Address, request: Buffer, wanted: number, deadlineUs: Us): Promise<boolean> {
  return new Promise((resolve) => {
    let received = 0
    const socket: Socket = connect(to)
    const settle = (ok: boolean): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(ok)
    }
    const timer = setTimeout(() => settle(false), deadlineUs / 1000)
    socket.setNoDelay(true)
    socket.on('error', () => settle(false))
    socket.on('close', () => settle(false))
    socket.on('data', (chunk) => {
      received += chunk.length
      if (received >= wanted) settle(true)
    })
    socket.write(request)
  })
}
