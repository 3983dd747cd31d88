import { createServer, type Server, type Socket } from 'node:net'
import type { Address } from '../adapters/message-wire.ts'
import { onlyFrom } from './callers.ts'

/**
 * The far side of echo canaries: sends back every byte, and remembers which probes arrived. A probe is a line: its
 * number, then padding.
 */
export class EchoServer {
  private readonly arrived = new Set<number>()
  private readonly sockets = new Set<Socket>()

  private readonly server: Server

  private constructor(server: Server) {
    this.server = server
  }

  static listen(address: Address, callers: readonly string[]): Promise<EchoServer> {
    const server = createServer()
    onlyFrom(server, callers)
    const echo = new EchoServer(server)
    server.on('connection', (socket) => echo.serve(socket))
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(address.port, address.host, () => resolve(echo))
    })
  }

  /** Whether the probe got here; forgets it. */
  saw(probe: number): boolean {
    return this.arrived.delete(probe)
  }

  close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    return new Promise((resolve) => this.server.close(() => resolve()))
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket)
    let begun = ''
    socket.setNoDelay(true)
    socket.on('data', (chunk) => {
      if (!begun.includes(' ')) {
        begun += chunk.toString('latin1')
        if (begun.includes(' ')) this.arrived.add(Number.parseInt(begun, 10))
      }
      socket.write(chunk)
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.sockets.delete(socket))
  }
}
