import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { EnvironmentError } from '../../../../../harness/worlds/containers/topology/errors.ts'
import { ProxiedLinks } from '../../../../../harness/worlds/containers/topology/links.ts'
import { Toxics } from '../../../../../harness/worlds/containers/topology/toxics.ts'

type Toxic = { name: string; type: string; stream: string; attributes: Record<string, number> }

/** What Toxiproxy 2.12 knows: an attribute it does not know is dropped without a word. */
const known: Record<string, string[]> = {
  latency: ['latency', 'jitter'],
  timeout: ['timeout'],
  bandwidth: ['rate'],
  reset_peer: ['timeout'],
  slow_close: ['delay'],
}

let server: Server | undefined
afterEach(() => new Promise<void>((resolve) => server?.close(() => resolve()) ?? resolve()))

/** A Toxiproxy of our own with two proxies between a and b; `keep` may spoil what it stores. */
async function fakeToxiproxy(keep: (toxic: Toxic) => Toxic = (toxic) => toxic) {
  const proxies: Record<string, { toxics: Toxic[] }> = {
    'a.b.echo': { toxics: [] },
    'b.a.echo': { toxics: [] },
  }
  server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const [, , proxy, , name] = (request.url ?? '').split('/')
    const toxics = proxies[proxy ?? '']?.toxics ?? []
    if (request.method === 'POST') {
      const asked = JSON.parse(body) as Toxic
      const attributes = Object.fromEntries(
        (known[asked.type] ?? []).map((key) => [key, asked.attributes[key] ?? 0]),
      )
      const at = toxics.findIndex((toxic) => toxic.name === (name ?? asked.name))
      toxics.splice(at < 0 ? toxics.length : at, 1, keep({ ...asked, attributes }))
    }
    if (request.method === 'DELETE')
      toxics.splice(
        toxics.findIndex((toxic) => toxic.name === name),
        1,
      )
    response.end(request.method === 'DELETE' ? '' : JSON.stringify(proxies))
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  const toxics = new Toxics((server.address() as AddressInfo).port)
  const at = { host: '10.0.0.1', port: 1 }
  const place = { path: 'echo', listen: at, dial: at, upstream: at } as const
  const links = new ProxiedLinks(
    [
      { ...place, name: 'a.b.echo', client: 'a', server: 'b' },
      { ...place, name: 'b.a.echo', client: 'b', server: 'a' },
    ],
    toxics,
    'not counted',
  )
  return { links, toxics, proxies }
}

const ab = { from: 'a', to: 'b' }

describe('a directed link', () => {
  test('is upstream where its source is the client, downstream where it is the server', async () => {
    const { links, proxies } = await fakeToxiproxy()
    await links.setDelay(ab, 40_400)
    expect(proxies).toMatchObject({
      'a.b.echo': { toxics: [{ stream: 'upstream', attributes: { latency: 40, jitter: 0 } }] },
      'b.a.echo': { toxics: [{ stream: 'downstream', attributes: { latency: 40, jitter: 0 } }] },
    })
    await links.setDelay(ab, 80_000)
    expect(proxies['a.b.echo']?.toxics.map(({ attributes }) => attributes['latency'])).toEqual([80])
    await links.readBack()
  })

  test('may be cut twice at once, and is whole when both are healed', async () => {
    const { links, proxies } = await fakeToxiproxy()
    const first = await links.cut(ab)
    const second = await links.cut(ab)
    expect(proxies['a.b.echo']?.toxics.map(({ type }) => type)).toEqual(['timeout', 'timeout'])
    await first()
    await first()
    expect(proxies['a.b.echo']?.toxics).toHaveLength(1)
    await second()
    expect(proxies['a.b.echo']?.toxics).toEqual([])
    await links.readBack()
  })

  test('takes bandwidth in kilobytes a second, and none below one', async () => {
    const { links, proxies } = await fakeToxiproxy()
    await links.connectionBandwidth(ab, 125_000)
    expect(proxies['a.b.echo']?.toxics[0]?.attributes).toEqual({ rate: 125 })
    expect(() => links.connectionBandwidth(ab, 400)).toThrow('below 1,000 bytes a second: 400')
  })

  test('that nobody planned is an error', async () => {
    const { links } = await fakeToxiproxy()
    expect(() => links.setDelay({ from: 'a', to: 'c' }, 0)).toThrow('no link a>c')
  })

  test('takes the other kinds of fault by their own attributes', async () => {
    const { links, proxies } = await fakeToxiproxy()
    await links.resetConnections(ab)
    await links.slowClose(ab, 1_500_000)
    expect(proxies['b.a.echo']?.toxics.map(({ type, attributes }) => [type, attributes])).toEqual([
      ['reset_peer', { timeout: 0 }],
      ['slow_close', { delay: 1500 }],
    ])
  })
})

describe('what Toxiproxy has is read back', () => {
  test('a misspelt attribute is silently 0 there, and an error here', async () => {
    const { toxics } = await fakeToxiproxy()
    const misspelt = {
      proxy: 'a.b.echo',
      name: 'delay-upstream',
      stream: 'upstream',
      kind: 'latency',
      attributes: { latncy: 40 },
    } as const
    await expect(toxics.set([misspelt])).rejects.toThrow(
      'Toxiproxy at a.b.echo: asked for {"latency":{"latncy":40}}, ' +
        'it has {"latency":{"latency":0,"jitter":0}}.',
    )
  })

  test('another value, stream or kind than asked for is an error', async () => {
    for (const spoil of [
      (toxic: Toxic) => ({ ...toxic, attributes: { latency: 39, jitter: 0 } }),
      (toxic: Toxic) => ({ ...toxic, stream: 'downstream' }),
      (toxic: Toxic) => ({ ...toxic, type: 'timeout' }),
    ]) {
      const { links } = await fakeToxiproxy(spoil)
      await expect(links.setDelay(ab, 40_000)).rejects.toBeInstanceOf(EnvironmentError)
      await new Promise<void>((resolve) => server?.close(() => resolve()))
    }
  })

  test('a toxic that came or went without us is found', async () => {
    const { links, proxies } = await fakeToxiproxy()
    await links.setDelay(ab, 40_000)
    const toxics = proxies['a.b.echo']?.toxics as Toxic[]
    const [ours] = toxics.splice(0, 1)
    await expect(links.readBack()).rejects.toThrow('it has nothing')
    toxics.push(ours as Toxic, { ...(ours as Toxic), name: 'stranger' })
    await expect(links.readBack()).rejects.toThrow('"name":"stranger"')
  })

  test('a Toxiproxy that is gone is said by name', async () => {
    const { links } = await fakeToxiproxy()
    await new Promise<void>((resolve) => server?.close(() => resolve()))
    await expect(links.cut(ab)).rejects.toThrow(/^Toxiproxy did not set timeout on a\.b\.echo/)
  })
})
