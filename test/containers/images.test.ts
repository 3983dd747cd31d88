import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dockerClient } from '../../harness/worlds/images/docker.ts'
import { imageFor, projectRoot, type ServerName } from '../../harness/worlds/images/image-list.ts'
import { listImages } from '../../harness/worlds/images/images.ts'

const ours = `faultline.test=images-${process.pid}`
const docker = dockerClient({ timeoutMs: 60_000 })
const build = () => promisify(execFile)(join(projectRoot, 'docker/build'), { timeout: 400_000 })

/** Runs a docker command that must succeed; its stdout, trimmed. */
async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await docker(args)
  expect({ command: args.join(' '), code, stderr: code === 0 ? '' : stderr + stdout }).toEqual({
    command: args.join(' '),
    code: 0,
    stderr: '',
  })
  return stdout.trim()
}

/** Starts a server of this kind as a run would: profile, then the run's own settings, ports on loopback only. */
async function start(name: ServerName, env: Record<string, string> = {}): Promise<string> {
  const { image, profile } = imageFor(name, 'built')
  return run(
    ...['run', '--detach', '--label', ours],
    ...Object.values(profile.ports).flatMap((port) => ['--publish', `127.0.0.1::${port}`]),
    ...Object.entries({ ...profile.env, ...env }).flatMap(([key, value]) => [
      '--env',
      `${key}=${value}`,
    ]),
    image,
    ...(profile.commands['server'] ?? []),
  )
}

/** `http://127.0.0.1:<port>` of a published port. */
async function address(id: string, name: ServerName, port: string): Promise<string> {
  const inside = imageFor(name, 'built').profile.ports[port]
  return `http://${await run('port', id, `${inside}/tcp`)}`
}

/** Asks until the answer is as wanted, at most `limitMs`; the last answer or failure is in the message. */
async function until<T>(
  what: string,
  { ask, wanted, limitMs }: { ask: () => Promise<T>; wanted: (got: T) => boolean; limitMs: number },
): Promise<{ got: T; tookMs: number }> {
  const started = performance.now()
  let last: unknown
  while (performance.now() - started < limitMs) {
    const got = await ask().catch((error: unknown) => {
      last = error
      return null
    })
    if (got !== null && wanted(got)) return { got, tookMs: performance.now() - started }
    last = got ?? last
    await sleep(100)
  }
  throw new Error(`${what}: not within ${limitMs} ms; the last answer was ${String(last)}`)
}

const text = async (url: string): Promise<string> =>
  (await fetch(url, { signal: AbortSignal.timeout(2_000) })).text()

async function post(url: string, body: unknown): Promise<{ code: number; data: unknown }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  })
  return (await response.json()) as { code: number; data: unknown }
}

const brokerSettings = {
  CLUSTER_ID: 'MkU3OEVBNTcwNTJENDM2Qg',
  KAFKA_NODE_ID: '7',
  KAFKA_PROCESS_ROLES: 'broker,controller',
  KAFKA_CONTROLLER_QUORUM_VOTERS: '7@127.0.0.1:9093',
  KAFKA_LISTENERS: 'HOST://0.0.0.0:9092,CONTROLLER://127.0.0.1:9093',
  KAFKA_ADVERTISED_LISTENERS: 'HOST://127.0.0.1:9092',
  KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'HOST:PLAINTEXT,CONTROLLER:PLAINTEXT',
  KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
  KAFKA_INTER_BROKER_LISTENER_NAME: 'HOST',
  KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
  KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '123',
  KAFKA_PROBE_ONE__TWO___THREE: 'a=b',
}

const kafkaTool = (id: string, tool: string, ...args: string[]) =>
  run('exec', id, `/opt/kafka/bin/${tool}.sh`, '--bootstrap-server', '127.0.0.1:9092', ...args)

const brokerAnswers = (id: string) =>
  until('the broker answers', {
    ask: () => docker(['exec', id, '/opt/kafka/bin/kafka-topics.sh', ...topicList]),
    wanted: ({ code }) => code === 0,
    limitMs: 60_000,
  })
const topicList = ['--bootstrap-server', '127.0.0.1:9092', '--list']

const firstRecord = (id: string) =>
  kafkaTool(
    id,
    'kafka-console-consumer',
    ...['--topic', 'canary', '--from-beginning', '--max-messages', '1', '--timeout-ms', '20000'],
  )

describe.runIf(process.env['FAULTLINE_REQUIRE_DOCKER'] === '1')('the built images', () => {
  beforeAll(async () => {
    await build()
  }, 420_000)

  afterAll(async () => {
    const left = (await run('ps', '--all', '--quiet', '--filter', `label=${ours}`)).split('\n')
    const ids = left.filter((id) => id !== '')
    if (ids.length > 0) await run('rm', '--force', '--volumes', ...ids)
    expect(await run('ps', '--all', '--quiet', '--filter', `label=${ours}`)).toBe('')
  }, 60_000)

  test('after docker/build every one is present, and building again takes seconds', async () => {
    const built = (await listImages(docker)).filter(({ source }) => source === 'built')
    expect(built.map(({ server, state }) => `${server} ${state}`)).toEqual([
      'milvus present',
      'kafka present',
      'pgvector present',
      'toxiproxy present',
    ])
    const started = performance.now()
    await build()
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  test('milvus is healthy, honours its settings, and finds a point written to it', async () => {
    const id = await start('milvus', { PROXY_TIMETICKINTERVAL: '70' })
    const health = await address(id, 'milvus', 'health')
    const { profile } = imageFor('milvus', 'built')
    const { tookMs } = await until('milvus is healthy', {
      ask: () => text(`${health}${profile.health}`),
      wanted: (answer) => answer === 'OK',
      limitMs: 60_000,
    })
    process.stderr.write(`milvus healthy after ${Math.round(tookMs)} ms\n`)
    expect(await text(`${health}/metrics`)).toContain('milvus_proxy')

    const api = `${await address(id, 'milvus', 'api')}/v1/vector`
    const collection = { collectionName: 'canary', dimension: 4, metricType: 'L2' }
    expect(await post(`${api}/collections/create`, collection)).toMatchObject({ code: 200 })
    const point = { collectionName: 'canary', data: { vector: [1, 0, 0, 0] } }
    expect(await post(`${api}/insert`, point)).toMatchObject({ code: 200 })
    await until('the point is searchable', {
      ask: () =>
        post(`${api}/search`, { ...point, vector: [1, 0, 0, 0], data: undefined, limit: 1 }),
      wanted: ({ data }) => Array.isArray(data) && data.length === 1,
      limitMs: 30_000,
    })
    // The proxy logs half of the interval it was given.
    const log = (await docker(['logs', id])).stdout
    expect(/syncTimeTickInterval=\w+/.exec(log)?.[0]).toBe('syncTimeTickInterval=35ms')
    await run('rm', '--force', '--volumes', id)
  }, 120_000)

  test('kafka honours KAFKA_ variables and CLUSTER_ID, and a killed broker keeps its records', async () => {
    const id = await start('kafka', brokerSettings)
    const { tookMs } = await brokerAnswers(id)
    process.stderr.write(`kafka answers after ${Math.round(tookMs)} ms\n`)
    const { profile } = imageFor('kafka', 'built')
    const settings = await run('exec', id, 'cat', '/opt/kafka/config/server.properties')
    expect(settings.split('\n')).toContain('probe.one_two-three=a=b')
    expect(settings).not.toContain('heap.opts')
    expect(await run('exec', id, 'cat', `${profile.data}/meta.properties`)).toMatch(
      /node\.id=7.*cluster\.id=MkU3OEVBNTcwNTJENDM2Qg/s,
    )
    const live = ['--describe', '--entity-type', 'brokers', '--entity-name', '7', '--all']
    expect(await kafkaTool(id, 'kafka-configs', ...live)).toContain(
      'group.initial.rebalance.delay.ms=123 ',
    )

    await kafkaTool(id, 'kafka-topics', '--create', '--topic', 'canary', '--partitions', '1')
    const produce = '/opt/kafka/bin/kafka-console-producer.sh --bootstrap-server 127.0.0.1:9092'
    await run('exec', id, 'bash', '-c', `echo sings | ${produce} --topic canary`)
    expect(await firstRecord(id)).toBe('sings')
    await run('kill', id)
    await run('start', id)
    await brokerAnswers(id)
    expect(await firstRecord(id)).toBe('sings')
    await run('rm', '--force', '--volumes', id)
  }, 180_000)

  test('broker and mirror start from archived classes', async () => {
    const { image, profile } = imageFor('kafka', 'built')
    const loaded = ['run', '--rm', '--label', ours, '--env', 'KAFKA_OPTS=-Xlog:class+load']
    const serverStart = '/opt/kafka/bin/kafka-server-start.sh'
    expect(await run(...loaded, image, serverStart, '--version')).toMatch(
      /kafka\.Kafka\$? source: shared objects file \(top\)/,
    )
    const mirror = profile.commands['mirror'] ?? []
    const { stdout } = await docker([...loaded, image, ...mirror, '--help'])
    expect(stdout).toMatch(/MirrorMaker source: shared objects file \(top\)/)
    expect(stdout).toContain('--clusters CLUSTER')
  }, 60_000)

  test('toxiproxy says the version that images.yaml names', async () => {
    const id = await start('toxiproxy')
    const { image, profile } = imageFor('toxiproxy', 'built')
    const control = await address(id, 'toxiproxy', 'control')
    const { got } = await until('toxiproxy answers', {
      ask: () => text(`${control}${profile.health}`),
      wanted: (answer) => answer.includes('version'),
      limitMs: 10_000,
    })
    expect(JSON.parse(got)).toEqual({ version: image.split(':')[1] })
    await run('rm', '--force', '--volumes', id)
  }, 30_000)
})
