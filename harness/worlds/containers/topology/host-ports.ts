import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { noFreePorts } from './errors.ts'

const LOWEST = 20_000
const TRIES_PER_PORT = 20

/**
 * As many ports nobody listens on at 127.0.0.1. They lie below the range from which the kernel takes ports for
 * outgoing connections: while a server is down its port must not be given to a stranger. Rejects with an
 * EnvironmentError.
 */
export async function freeHostPorts(count: number, highest = lowestEphemeral()): Promise<number[]> {
  const found = new Set<number>()
  for (let tries = 0; found.size < count && tries < count * TRIES_PER_PORT; tries++) {
    const port = randomInt(LOWEST, highest)
    if (!found.has(port) && (await isFree(port))) found.add(port)
  }
  if (found.size < count) throw noFreePorts(found.size, count)
  return [...found]
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () =>
      server.close(() => resolve(true)),
    )
  })
}

/** First port the kernel gives to outgoing connections; Linux's default where it does not say. */
function lowestEphemeral(): number {
  try {
    const text = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
    const first = Number.parseInt(text, 10)
    return first > LOWEST + 1000 ? first : 32_768
  } catch {
    return 32_768
  }
}
