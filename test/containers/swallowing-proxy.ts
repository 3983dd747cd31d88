import { createServer, connect as dial, type Server, type Socket } from 'node:net'

/** A way to the server whose open connections can be made to swallow everything; new ones work. */
export async function swallowingProxy(
  target: string,
): Promise<{ server: Server; address: string; swallow: () => void }> {
  const [host = '', port = ''] = target.split(':')
  const open: Socket[] = []
  const server = createServer((near) => {
    const far = dial(Number(port), host)
    for (const socket of [near, far]) socket.on('error', () => {})
    near.pipe(far).pipe(near)
    open.push(near, far)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const swallow = () => {
    for (const socket of open.splice(0)) socket.unpipe().resume()
  }
  const { port: own } = server.address() as { port: number }
  return { server, address: `127.0.0.1:${own}`, swallow }
}
