import { createServer, type Server } from 'node:net'

/** As many ports that nobody listens on, on any address of this host. Taken at once, so that they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const held = await Promise.all(Array.from({ length: count }, hold))
  const ports = held.map(({ port }) => port)
  await Promise.all(held.map(({ server }) => new Promise((resolve) => server.close(resolve))))
  return ports
}

function hold(): Promise<{ server: Server; port: number }> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, () => {
      const address = server.address()
      if (address === null || typeof address === 'string') reject(new Error('no port'))
      else resolve({ server, port: address.port })
    })
  })
}
