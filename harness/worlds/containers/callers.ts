import type { Server } from 'node:net'
import { networkInterfaces } from 'node:os'

/**
 * Closes every connection that comes neither from this host nor from one of `callers`. Listeners of a run stand on
 * an address that all its containers can send to: without this, agents could be reached past the links. Docker may
 * send what this host says to its own bridge from any address the host has, so all of them count.
 */
export function onlyFrom(server: Server, callers: readonly string[]): void {
  server.prependListener('connection', (socket) => {
    const from = socket.remoteAddress?.replace(/^::ffff:/, '') ?? ''
    if (!callers.includes(from) && !ownAddresses().includes(from)) socket.destroy()
  })
}

const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((own = []) => own.map(({ address }) => address))
