import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Signal } from '../../harness/base/signal.ts'
import type { StoreKind } from '../../harness/model/plan.ts'
import type { Address } from '../../harness/worlds/adapters/message-wire.ts'
import { kafkaAnswers } from '../../harness/worlds/containers/round-trips.ts'
import { freeHostPorts } from '../../harness/worlds/containers/topology/host-ports.ts'
import { labelsOf, pidLabel } from '../../harness/worlds/containers/topology/labels.ts'
import { milvusAnswers } from '../../harness/worlds/containers/topology/milvus-probe.ts'
import {
  linkPaths,
  type TopologySetting,
  type Which,
} from '../../harness/worlds/containers/topology/setting.ts'
import { storeAnswers } from '../../harness/worlds/containers/topology/store-probe.ts'
import { sweep } from '../../harness/worlds/containers/topology/sweep.ts'
import { openTopology, type Topology } from '../../harness/worlds/containers/topology/topology.ts'
import { dockerClient } from '../../harness/worlds/images/docker.ts'
import { imageFor } from '../../harness/worlds/images/image-list.ts'

const run = `topology-test-${process.pid}`
const docker = dockerClient({ timeoutMs: 60_000 })
const [east, west] = ['us-east', 'eu-west'] as const
const eastWest = { from: east, to: west }
const westEast = { from: west, to: east }
const delayMs = { there: 40, back: 25 }
const planned = { jitterUs: 0, law: 'uniform', lossShare: 0, bitsPerSec: 0 } as const
const images = {
  milvus: imageFor('milvus', 'built'),
  pgvector: imageFor('pgvector', 'built'),
  kafka: imageFor('kafka', 'built'),
  toxiproxy: imageFor('toxiproxy', 'built'),
}

const storeOf = { [east]: 'milvus', [west]: 'pgvector' }

const container = (region: typeof east | typeof west, which: Which) =>
  `faultline-${run}-${region}-${which === 'store' ? storeOf[region] : which}`

/** Stdout of a docker command, whatever its exit code. */
const ask = async (...args: string[]): Promise<string> => (await docker(args)).stdout.trim()

/** Whether a shell inside a container can open a TCP connection; 1.5 s are more than any path here needs. */
const reaches = async (from: string, { host, port }: Address): Promise<boolean> =>
  (await docker(['exec', from, 'timeout', '1.5', 'bash', '-c', `: < /dev/tcp/${host}/${port}`]))
    .code === 0

/** Sends a line and waits for it to come back: how long it took; null if it did not, in time. */
function echo(to: Address, withinMs: number, line = `${Math.random()}\n`): Promise<number | null> {
  return new Promise((resolve) => {
    const socket = connect({ ...to, noDelay: true })
    const settle = (answer: number | null) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answer)
    }
    const timer = setTimeout(() => settle(null), withinMs)
    let began = performance.now()
    let received = 0
    socket.on('error', () => settle(null))
    socket.on('close', () => settle(null))
    socket.on('data', (chunk) => {
      received += chunk.length
      if (received >= line.length) settle(performance.now() - began)
    })
    socket.on('connect', () => {
      began = performance.now()
      socket.write(line)
    })
  })
}

/** Asks again until it is true, at most `limitMs`; how long that took. */
async function until(what: string, limitMs: number, ask: () => Promise<boolean>): Promise<number> {
  const began = performance.now()
  while (performance.now() - began < limitMs) {
    if (await ask()) return performance.now() - began
    await sleep(50)
  }
  throw new Error(`${what}: not within ${limitMs} ms`)
}

describe.runIf(process.env['FAULTLINE_REQUIRE_DOCKER'] === '1')(
  'two regions of real servers',
  () => {
    let topology: Topology
    let echoServer: Server
    const logs = mkdtempSync(join(tmpdir(), 'faultline-topology-'))
    const arrived: string[] = []
    const echoSockets = new Set<Socket>()
    const steps: string[] = []
    let setting: TopologySetting

    beforeAll(async () => {
      const [echoPort = 0, eastPort = 0, westPort = 0] = await freeHostPorts(3)
      setting = {
        runId: run,
        deadlineSec: Math.round(Date.now() / 1000) + 600,
        regions: [east, west],
        stores: { [east]: 'milvus', [west]: 'pgvector' },
        links: [
          { ...planned, ...eastWest, latencyUs: delayMs.there * 1000 },
          { ...planned, ...westEast, latencyUs: delayMs.back * 1000 },
        ],
        images,
        servers: {
          tickMs: 50,
          sessionTtlSec: 30,
          kafkaClock: true,
          mirror: { delivery: 'at-least-once', flushMs: 500 },
          partitions: 2,
        },
        topics: ['changes'],
        ownTopics: ['own'],
        logs,
        agentPorts: { [east]: eastPort, [west]: westPort },
        echoPort,
        stop: new Signal(),
        onStep: (text) => {
          steps.push(text)
          process.stderr.write(`${text}\n`)
        },
      }
      topology = await openTopology(setting)
      echoServer = createServer((socket) => {
        echoSockets.add(socket)
        socket.on('error', () => socket.destroy())
        if (!topology.callers.includes(socket.remoteAddress ?? '')) return socket.destroy()
        socket.setNoDelay(true)
        socket.on('data', (chunk) => {
          arrived.push(chunk.toString())
          socket.write(chunk)
        })
      })
      await new Promise<void>((resolve) => echoServer.listen(echoPort, topology.gateway, resolve))
    }, 150_000)

    afterAll(async () => {
      for (const socket of echoSockets) socket.destroy()
      await new Promise((resolve) => (echoServer ? echoServer.close(resolve) : resolve(null)))
      await topology?.close()
      rmSync(logs, { recursive: true, force: true })
    }, 60_000)

    const kafka = (address: Address) =>
      new Kafka({
        brokers: ['any:1'],
        socketFactory: ({ onConnect }) => connect({ ...address }, onConnect),
        retry: { retries: 0 },
        logLevel: logLevel.NOTHING,
      })

    /** Where the log of a topic ends. */
    async function end(region: string, topic: string): Promise<number> {
      const admin = kafka(topology.region(region).kafka).admin()
      try {
        await admin.connect()
        const ends = await admin.fetchTopicOffsets(topic)
        return ends.reduce((sum, { high }) => sum + Number(high), 0)
      } finally {
        await admin.disconnect()
      }
    }

    async function append(region: string, value: string): Promise<Date> {
      const producer = kafka(topology.region(region).kafka).producer()
      try {
        await producer.connect()
        const [answer] = await producer.send({ topic: 'changes', messages: [{ value }] })
        return new Date(Number(answer?.logAppendTime))
      } finally {
        await producer.disconnect()
      }
    }

    const answers = (region: string, which: 'store' | 'kafka') => {
      const address = topology.region(region)[which]
      return which === 'store'
        ? storeAnswers(setting.stores[region] as StoreKind, address, 500_000)
        : kafkaAnswers(address, 500_000)
    }

    test('are up with every flow, and say how they got there', async () => {
      for (const [from, to] of [
        [east, west],
        [west, east],
      ] as const) {
        expect(await end(to, `${from}.faultline-readiness`)).toBeGreaterThan(0)
        await append(from, 'first')
        await until(`a record of ${from} in ${to}`, 10_000, async () => {
          return (await end(to, `${from}.changes`)) > 0
        })
      }
      expect(steps.filter((step) => /^us-east: kafka up after \d+\.\d s$/.test(step))).toHaveLength(
        1,
      )
      expect(steps.filter((step) => step.includes('mirror up'))).toHaveLength(2)
    }, 30_000)

    test('mirrored topics have as many partitions as their originals', async () => {
      const admin = kafka(topology.region(west).kafka).admin()
      await admin.connect()
      const { topics } = await admin.fetchTopicMetadata({ topics: ['changes', `${east}.changes`] })
      await admin.disconnect()
      expect(topics.map(({ partitions }) => partitions.length)).toEqual([2, 2])
    })

    test('topics of a region alone are on its broker, and no mirror carries them', async () => {
      const admin = kafka(topology.region(west).kafka).admin()
      await admin.connect()
      const names = await admin.listTopics()
      await admin.disconnect()
      expect(names.filter((name) => name.endsWith('own'))).toEqual(['own'])
    })

    test('a region reaches its own servers and its own link, and nothing of another region', async () => {
      const from = container(east, 'kafka')
      const peers = ['store', 'kafka', 'mirror'].map((which) => container(west, which as Which))
      const addressOf = async (name: string): Promise<string[]> => {
        const networks = JSON.parse(
          await ask('inspect', '--format', '{{json .NetworkSettings.Networks}}', name),
        ) as Record<string, { IPAddress: string }>
        return Object.values(networks).map(({ IPAddress }) => IPAddress)
      }
      const names = await Promise.all(
        [...peers, `faultline-${run}-x`].map(
          async (name) => (await docker(['exec', from, 'getent', 'hosts', name])).code,
        ),
      )
      expect(names.every((code) => code !== 0)).toBe(true)

      const link = topology.path(east, west, 'mirror')
      const [own] = await addressOf(container(east, 'store'))
      expect(await reaches(from, link)).toBe(true)
      expect(await reaches(from, { host: own as string, port: 19530 })).toBe(true)

      const proxyAddresses = await addressOf(`faultline-${run}-toxiproxy`)
      const gateways = proxyAddresses.map((address) => address.replace(/\.\d+$/, '.1'))
      const published = [
        ...[east, west].flatMap((region) => {
          const { store, kafka, storeHealth } = topology.region(region)
          return [store.port, kafka.port, ...(storeHealth ? [storeHealth.port] : [])]
        }),
        topology.path(east, west, 'kafka').port,
        topology.path(east, west, 'agent').port,
      ]
      const ends = (await Promise.all(peers.map(addressOf))).flat()
      const forbidden = [
        ...ends.flatMap((host) =>
          [9092, 9094, 9100, 9101, 19530, 9091, 5432].map((port) => ({ host, port })),
        ),
        // Toxiproxy's control port, and the ports of other links, at every address it has.
        ...proxyAddresses.flatMap((host) =>
          [8474, 9232, ...published.slice(-2)].map((port) => ({ host, port })),
        ),
        ...proxyAddresses
          .filter((host) => host !== link.host)
          .map((host) => ({ host, port: link.port })),
        ...gateways.flatMap((host) => published.map((port) => ({ host, port }))),
      ]
      const open = await Promise.all(
        forbidden.map(async (address) => ((await reaches(from, address)) ? address : null)),
      )
      expect(open.filter((address) => address !== null)).toEqual([])
      expect(forbidden.length).toBeGreaterThan(40)
    }, 60_000)

    test('no container is on the default bridge, and no reaper was started', async () => {
      const on = await ask('network', 'inspect', 'bridge', '--format', '{{json .Containers}}')
      expect(on).not.toContain(run)
      expect(await ask('ps', '--format', '{{.Image}}')).not.toContain('ryuk')
    })

    test('a listener on the gateway address closes connections that come from a region itself', async () => {
      const echoAt = `/dev/tcp/${topology.gateway}/${setting.echoPort}`
      const talk = `exec 3<>${echoAt}; echo stranger >&3; timeout 1 head -n 1 <&3`
      const said = await ask('exec', container(east, 'kafka'), 'bash', '-c', talk)
      expect(said).toBe('')
      expect(arrived).not.toContain('stranger\n')
    })

    test('every published port, the control port too, listens on 127.0.0.1 alone', async () => {
      const ports = (
        await ask('ps', '--filter', `label=faultline.run=${run}`, '--format', '{{.Ports}}')
      )
        .split(/[\n,]/)
        .map((text) => text.trim())
        .filter((text) => text.includes('->'))
      expect(ports.every((text) => text.startsWith('127.0.0.1:'))).toBe(true)
      const hostPorts = ports.flatMap((text) => {
        const [first = 0, last = first] = (/:(\d+)(?:-(\d+))?->/.exec(text) ?? [])
          .slice(1)
          .filter((part) => part !== undefined)
          .map(Number)
        return Array.from({ length: last - first + 1 }, (_, i) => first + i)
      })
      // Store, broker and Milvus' health; store and broker; two ways of four paths; Toxiproxy's own.
      expect(hostPorts.length).toBe(3 + 2 + 4 * 2 + 1)
      const listening = (await promisify(execFile)('ss', ['-ltnH'])).stdout
      for (const port of hostPorts)
        expect(listening.split('\n').filter((line) => line.includes(`:${port} `)).length).toBe(
          listening.split('\n').filter((line) => line.includes(` 127.0.0.1:${port} `)).length,
        )
      const others = Object.values(networkInterfaces())
        .flatMap((addresses) => addresses ?? [])
        .filter(({ family, internal }) => family === 'IPv4' && !internal)
      expect(others.length).toBeGreaterThan(0)
      for (const { address } of others.slice(0, 4))
        for (const port of hostPorts)
          expect(await echo({ host: address, port }, 300), `${address}:${port}`).toBeNull()
    }, 30_000)

    test('an echo takes the planned delay of both directions', async () => {
      const trips: number[] = []
      for (let i = 0; i < 5; i++)
        trips.push((await echo(topology.path(east, west, 'echo'), 3_000)) as number)
      const best = Math.min(...trips)
      const planned = delayMs.there + delayMs.back
      expect(best).toBeGreaterThanOrEqual(planned)
      expect(best).toBeLessThan(planned + 15)
      const heal = await topology.links.slow(eastWest, 60_000)
      const slow = (await echo(topology.path(west, east, 'echo'), 3_000)) as number
      expect(slow).toBeGreaterThanOrEqual(60 + planned)
      await heal()
      await topology.links.readBack()
    })

    test('a cut in both directions stops every path, and clients are back within a second of its healing', async () => {
      const heals = [await topology.links.cut(eastWest), await topology.links.cut(westEast)]
      expect(await echo(topology.path(east, west, 'echo'), 600)).toBeNull()
      expect(await milvusAnswers(topology.path(west, east, 'store'), 600_000)).toBe(false)
      for (const path of ['kafka', 'mirror'] as const)
        expect(await kafkaAnswers(topology.path(east, west, path), 600_000)).toBe(false)
      const before = await end(west, `${east}.changes`)
      await append(east, 'during the cut')
      await sleep(500)
      expect(await end(west, `${east}.changes`)).toBe(before)
      for (const heal of heals) await heal()
      const back = await until('an echo after the cut', 5_000, async () => {
        return (await echo(topology.path(east, west, 'echo'), 300)) !== null
      })
      expect(back).toBeLessThan(1_000)
      const flows = await until('the mirror after the cut', 15_000, async () => {
        return (await end(west, `${east}.changes`)) > before
      })
      process.stderr.write(
        `after the cut: echo ${back.toFixed(0)} ms, mirror ${flows.toFixed(0)} ms\n`,
      )
      await topology.links.readBack()
    }, 40_000)

    test('of one direction cut: what is sent there never arrives, what is sent back does', async () => {
      const there = topology.path(east, west, 'echo')
      const healThere = await topology.links.cut(eastWest)
      expect(await echo(there, 500, 'upstream cut\n')).toBeNull()
      expect(arrived).not.toContain('upstream cut\n')
      await healThere()
      const healBack = await topology.links.cut(westEast)
      expect(await echo(there, 500, 'downstream cut\n')).toBeNull()
      expect(arrived).toContain('downstream cut\n')
      await healBack()
      expect(await echo(there, 2_000)).not.toBeNull()
      expect(arrived).not.toContain('upstream cut\n')
    }, 20_000)

    test('caps on connections, resets and slow closes bite, and end when healed', async () => {
      const there = topology.path(east, west, 'echo')
      const healCap = await topology.links.connectionBandwidth(eastWest, 10_000)
      const capped = (await echo(there, 5_000, `${'x'.repeat(5_000)}\n`)) as number
      expect(capped).toBeGreaterThan(400)
      await healCap()
      const healReset = await topology.links.resetConnections(eastWest)
      expect(await echo(there, 1_000)).toBeNull()
      await healReset()
      const healSlow = await topology.links.slowClose(westEast, 300_000)
      await healSlow()
      expect(await echo(there, 2_000)).not.toBeNull()
      await topology.links.readBack()
    }, 20_000)

    test('bytes are counted per direction while connections stay open', async () => {
      const { host, port } = topology.path(east, west, 'echo')
      const read = async () => {
        const bytes = topology.links.bytes()
        if (typeof bytes === 'string') throw new Error(bytes)
        return bytes
      }
      const socket = connect({ host, port })
      await new Promise((resolve) => socket.once('connect', resolve))
      const before = await read()
      const size = 200_000
      let received = 0
      socket.on('data', (chunk) => {
        received += chunk.length
      })
      socket.write('y'.repeat(size))
      await until('the echo of 200 kB', 5_000, async () => received >= size)
      const after = await read()
      socket.destroy()
      for (const link of [`${east}>${west}`, `${west}>${east}`]) {
        const sent = (after.get(link) ?? 0) - (before.get(link) ?? 0)
        expect(sent).toBeGreaterThan(size)
        expect(sent).toBeLessThan(size * 1.3)
      }
    }, 15_000)

    test('every server is frozen and goes on', async () => {
      for (const which of ['store', 'kafka'] as const) {
        const server = topology.region(west).server(which)
        expect(await answers(west, which)).toBe(true)
        await server.pause()
        expect(await answers(west, which), which).toBe(false)
        await server.unpause()
        await until(`${which} after the freeze`, 10_000, () => answers(west, which))
      }
      const mirror = topology.region(west).server('mirror')
      const before = await end(west, `${east}.changes`)
      await mirror.pause()
      await append(east, 'while the mirror is frozen')
      await sleep(700)
      expect(await end(west, `${east}.changes`)).toBe(before)
      await mirror.unpause()
      await until('the mirror after the freeze', 15_000, async () => {
        return (await end(west, `${east}.changes`)) > before
      })
    }, 60_000)

    test('every server is killed and comes back on the same port', async () => {
      for (const which of ['store', 'kafka'] as const) {
        const server = topology.region(west).server(which)
        const ports = () => ask('port', server.name)
        const before = await ports()
        expect(before).not.toBe('')
        await server.kill()
        expect(await answers(west, which), which).toBe(false)
        await server.start()
        expect(await ports()).toBe(before)
        const took = await until(`${which} after the kill`, 30_000, () => answers(west, which))
        process.stderr.write(`${which} answers ${took.toFixed(0)} ms after its start\n`)
      }
      const mirror = topology.region(east).server('mirror')
      const before = await end(east, `${west}.changes`)
      await mirror.kill()
      await append(west, 'while the mirror is down')
      await mirror.start()
      const took = await until('the mirror after the kill', 40_000, async () => {
        return (await end(east, `${west}.changes`)) > before
      })
      process.stderr.write(`the mirror carries ${took.toFixed(0)} ms after its start\n`)
    }, 90_000)

    test("a broker's clock moves, and comes back", async () => {
      const broker = topology.region(east).server('kafka')
      const skew = async () => (await append(east, 'what time is it')).getTime() - Date.now()
      expect(Math.abs(await skew())).toBeLessThan(1_000)
      await broker.setClock(-5_000)
      await sleep(100)
      expect(Math.abs((await skew()) + 5_000)).toBeLessThan(1_000)
      await broker.setClock(0)
      await sleep(100)
      expect(Math.abs(await skew())).toBeLessThan(1_000)
      const mirror = topology.region(east).server('mirror')
      await expect(mirror.setClock(1)).rejects.toThrow('was not started under libfaketime')
    }, 20_000)

    test('what each of them takes of this machine is read', async () => {
      const loads = await topology.loads()
      expect(loads).toHaveLength(7)
      for (const { name, memoryMiB, cpuShare } of loads) {
        expect(name).toContain(run)
        expect(memoryMiB).toBeGreaterThan(0)
        expect(cpuShare).toBeGreaterThanOrEqual(0)
      }
      const total = loads.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0)
      process.stderr.write(`${total} MiB in 7 containers\n`)
      expect(total).toBeLessThan(2_048)
    }, 20_000)

    test('logs are on file, those after a restart too', async () => {
      const name = container(west, 'kafka')
      const log = readFileSync(join(logs, `${name}.log`), 'utf8')
      expect(log.match(/Kafka Server started/g)?.length).toBe(2)
      expect(await topology.region(west).server('kafka').logTail(3)).not.toBe('')
    })

    test('a sweep takes what a killed run left, and leaves what a living one has', async () => {
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
      const labels = { ...labelsOf(`${run}-left`, 2e9, child.pid) }
      const flags = Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`])
      const left = `faultline-${run}-left`
      await ask('network', 'create', ...flags, left)
      await ask('volume', 'create', ...flags, left)
      await ask(
        'run',
        '--detach',
        '--name',
        left,
        '--network',
        left,
        ...flags,
        images.toxiproxy.image,
      )
      expect(labels[pidLabel]).toBe(String(child.pid))
      expect((await sweep()).filter((name) => name.includes(run))).toEqual([])
      child.kill('SIGKILL')
      await new Promise((resolve) => child.once('exit', resolve))
      expect((await sweep()).filter((name) => name.includes(run))).toEqual([
        `container ${left}`,
        `network ${left}`,
        `volume ${left}`,
      ])
      const living = await ask('ps', '--filter', `label=faultline.run=${run}`, '--quiet')
      expect(living.split('\n')).toHaveLength(7)
    }, 30_000)

    test('every path has an address of its own', () => {
      const addresses = [eastWest, westEast].flatMap(({ from, to }) =>
        linkPaths.map((path) => topology.path(from, to, path)),
      )
      expect(new Set(addresses.map(({ host, port }) => `${host}:${port}`)).size).toBe(10)
      expect(() => topology.region('nowhere')).toThrow('no region nowhere')
    })

    test('a server that ends while it is waited for is named with its last words, and nothing is left', async () => {
      const failing = `${run}-failing`
      const command = ['bash', '-c', 'echo the disk is full; exit 3']
      const { image, profile } = images.kafka
      const opening = openTopology({
        ...setting,
        runId: failing,
        regions: [east],
        links: [],
        servers: { ...setting.servers, kafkaClock: false },
        images: {
          ...images,
          kafka: { image, profile: { ...profile, commands: { server: command } } },
        },
        onStep: () => {},
      })
      const message = await opening.then(
        () => 'it opened',
        (error: Error) => `${error.name}: ${error.message}`,
      )
      expect(message).toContain(
        `EnvironmentError: Container faultline-${failing}-us-east-kafka exited with code 3 before`,
      )
      expect(message).toContain('the disk is full')
      const mine = ['--filter', `label=faultline.run=${failing}`, '--quiet']
      expect(await ask('ps', '--all', ...mine)).toBe('')
      expect(await ask('network', 'ls', ...mine)).toBe('')
      const log = readFileSync(join(logs, `faultline-${failing}-us-east-kafka.log`), 'utf8')
      expect(log).toContain('the disk is full')
    }, 60_000)

    test('after close nothing of the run is left, and closing again does nothing', async () => {
      await Promise.all([topology.close(), topology.close()])
      const mine = ['--filter', `label=faultline.run=${run}`, '--quiet']
      expect(await ask('ps', '--all', ...mine)).toBe('')
      expect(await ask('network', 'ls', ...mine)).toBe('')
      expect(await ask('volume', 'ls', ...mine)).toBe('')
    }, 60_000)
  },
)
