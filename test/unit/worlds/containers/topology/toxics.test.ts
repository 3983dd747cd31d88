import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { EnvironmentError } from '../../../../../harness/model/errors.ts'

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

/** A Toxiproxy of our own with two paths between a and b; `keep` may spoil what it stores. */
async function fakeToxiproxy(keep: (toxic: Toxic) => Toxic = (toxic) => toxic) {
  const proxies: Record<string, { toxics: Toxic[] }> = {
    'a.b.echo': { toxics: [] },
    'a.b.echo.far': { toxics: [] },
    'b.a.echo': { toxics: [] },
    'b.a.echo.far': { toxics: [] },
  }
  const changed: string[] = []
  server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const [, , proxy, , name] = (request.url ?? '').split('/')
    const toxics = proxies[proxy ?? '']?.toxics ?? []
    if (request.method === 'POST') {
      changed.push(`${proxy} ${JSON.parse(body).stream}`)
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
      {
        ...place,
        name: 'a.b.echo',
        far: { name: 'a.b.echo.far', listen: at },
        client: 'a',
        server: 'b',
      },
      {
        ...place,
        name: 'b.a.echo',
        far: { name: 'b.a.echo.far', listen: at },
        client: 'b',
        server: 'a',
      },
    ],
    toxics,
    'not counted',
  )
  return { links, toxics, proxies, changed }
}

const ab = { from: 'a', to: 'b' }
const planned = { law: 'uniform', lossShare: 0, bitsPerSec: 0 } as const

describe('a directed link', () => {
  test('has its own delay on the first proxy of its way, which no fault ever changes', async () => {
    const { links, proxies, changed } = await fakeToxiproxy()
    await links.establish({ ...planned, ...ab, latencyUs: 40_000, jitterUs: 2_000 })
    const own = { type: 'latency', attributes: { latency: 40, jitter: 2 } }
    expect(proxies).toMatchObject({
      'a.b.echo': { toxics: [{ ...own, stream: 'upstream' }] },
      'a.b.echo.far': { toxics: [] },
      'b.a.echo': { toxics: [] },
      'b.a.echo.far': { toxics: [{ ...own, stream: 'downstream' }] },
    })
    changed.length = 0
    const heals = [
      await links.slow(ab, 300_000),
      await links.shake(ab, 50_000),
      await links.cut(ab),
      await links.connectionBandwidth(ab, 125_000),
      await links.slowClose(ab, 1_000_000),
      await links.resetConnections(ab),
    ]
    for (const heal of heals) await heal()
    expect(new Set(changed)).toEqual(
      new Set([
        'a.b.echo.far upstream',
        'a.b.echo downstream',
        'b.a.echo.far upstream',
        'b.a.echo downstream',
      ]),
    )
    await links.readBack()
  })

  test('takes what faults add as one toxic, which holds the sum, and none where nothing is added', async () => {
    const { links, proxies } = await fakeToxiproxy()
    const added = () => proxies['a.b.echo.far']?.toxics.map(({ attributes }) => attributes)
    const first = await links.slow(ab, 300_000)
    const second = await links.shake(ab, 50_000)
    expect(added()).toEqual([{ latency: 350, jitter: 50 }])
    expect(proxies['b.a.echo']?.toxics[0]?.stream).toBe('downstream')
    await expect(links.shake(ab, 20_000)).rejects.toThrow('two jitters at once')
    await first()
    await first()
    expect(added()).toEqual([{ latency: 50, jitter: 50 }])
    await second()
    expect(added()).toEqual([])
    await links.readBack()
  })

  test('may be cut twice at once, and is whole when both are healed', async () => {
    const { links, proxies } = await fakeToxiproxy()
    const first = await links.cut(ab)
    const second = await links.cut(ab)
    expect(proxies['a.b.echo.far']?.toxics.map(({ type }) => type)).toEqual(['timeout', 'timeout'])
    await first()
    await first()
    expect(proxies['a.b.echo.far']?.toxics).toHaveLength(1)
    await second()
    expect(proxies['a.b.echo.far']?.toxics).toEqual([])
    await links.readBack()
  })

  test('takes bandwidth in kilobytes a second, and none below one', async () => {
    const { links, proxies } = await fakeToxiproxy()
    await links.connectionBandwidth(ab, 125_000)
    expect(proxies['a.b.echo.far']?.toxics[0]?.attributes).toEqual({ rate: 125 })
    expect(() => links.connectionBandwidth(ab, 400)).toThrow('below 1,000 bytes a second: 400')
  })

  test('that nobody planned is an error', async () => {
    const { links } = await fakeToxiproxy()
    await expect(links.cut({ from: 'a', to: 'c' })).rejects.toThrow('no link a>c')
  })

  test('takes the other kinds of fault by their own attributes', async () => {
    const { links, proxies } = await fakeToxiproxy()
    await links.resetConnections(ab)
    await links.slowClose(ab, 1_500_000)
    const kinds = (proxy: string) =>
      proxies[proxy]?.toxics.map(({ type, stream, attributes }) => [type, stream, attributes])
    expect(kinds('b.a.echo')).toEqual([
      ['reset_peer', 'downstream', { timeout: 0 }],
      ['slow_close', 'downstream', { delay: 1500 }],
    ])
    // Both ends of a path hear of a reset: the client at the near proxy, the server at the far one.
    expect(kinds('b.a.echo.far')).toEqual([['reset_peer', 'upstream', { timeout: 0 }]])
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
      await expect(links.slow(ab, 40_000)).rejects.toBeInstanceOf(EnvironmentError)
      await new Promise<void>((resolve) => server?.close(() => resolve()))
    }
  })

  test('a toxic that came or went without us is found', async () => {
    const { links, proxies } = await fakeToxiproxy()
    await links.slow(ab, 40_000)
    const toxics = proxies['a.b.echo.far']?.toxics as Toxic[]
    const [ours] = toxics.splice(0, 1)
    await expect(links.readBack()).rejects.toThrow('it has nothing')
    toxics.push(ours as Toxic, { ...(ours as Toxic), name: 'stranger' })
    await expect(links.readBack()).rejects.toThrow('"name":"stranger"')
  })

  test('a Toxiproxy that is gone is said by name', async () => {
    const { links } = await fakeToxiproxy()
    await new Promise<void>((resolve) => server?.close(() => resolve()))
    await expect(links.cut(ab)).rejects.toThrow(/^Toxiproxy did not set timeout on a\.b\.echo\.far/)
  })
})
