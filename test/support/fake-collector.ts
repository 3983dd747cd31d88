import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

export type Taken = { path: string; type: string; key?: string; body: Record<string, never> }

/** Takes OTLP/JSON at a port of its own, and answers as it is told to: the first answers first, then 200 and nothing. */
export async function fakeCollector(answers: { status: number; body?: object }[] = []) {
  const taken: Taken[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body = JSON.parse(gunzipSync(Buffer.concat(parts)).toString())
      const { 'content-type': type, 'x-key': key } = request.headers
      const keyed = typeof key === 'string' && { key }
      taken.push({ path: request.url ?? '', type: String(type), ...keyed, body })
      const { status, body: said = {} } = answers.shift() ?? { status: 200 }
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(said))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    taken,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}
