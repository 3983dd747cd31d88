import { describe, expect, test } from 'vitest'
import {
  layOut,
  networkNames,
  portsNeeded,
} from '../../../../../harness/worlds/containers/topology/layout.ts'
import { mirrorProperties } from '../../../../../harness/worlds/containers/topology/mirror-settings.ts'
import {
  brokerEnvironment,
  milvusEnvironment,
} from '../../../../../harness/worlds/containers/topology/server-settings.ts'
import type { ServerSetting } from '../../../../../harness/worlds/containers/topology/setting.ts'
import {
  freePrefix,
  routedRanges,
} from '../../../../../harness/worlds/containers/topology/subnets.ts'
import { imageFor } from '../../../../../harness/worlds/images/image-list.ts'

const regions = ['us-east', 'eu-west', 'ap-south']
const images = {
  milvus: imageFor('milvus', 'built'),
  pgvector: imageFor('pgvector', 'built'),
  kafka: imageFor('kafka', 'built'),
  toxiproxy: imageFor('toxiproxy', 'built'),
}
const servers: ServerSetting = {
  tickMs: 50,
  sessionTtlSec: 30,
  kafkaClock: false,
  mirror: { delivery: 'at-least-once', flushMs: 700 },
  partitions: 4,
}
const layout = layOut(
  {
    runId: 'run/1',
    regions,
    stores: { 'us-east': 'milvus', 'eu-west': 'milvus', 'ap-south': 'pgvector' },
    images,
    agentPorts: { 'us-east': 7001, 'eu-west': 7002, 'ap-south': 7003 },
    echoPort: 7000,
  },
  ['10.200.0', '10.200.1', '10.200.2', '10.200.3'],
  Array.from({ length: portsNeeded(3) }, (_, i) => 20_000 + i),
)
const region = (name: string) => layout.regions.find((one) => one.name === name)!
const proxy = (name: string) => layout.proxies.find((one) => one.name === name)

describe('the layout', () => {
  test('every ordered pair has one proxy per path, on a port of its own', () => {
    expect(layout.proxies).toHaveLength(6 * 5)
    expect(new Set(layout.proxies.map(({ listen }) => listen.port)).size).toBe(30)
    const host = layout.proxies.filter(({ path }) => path !== 'mirror')
    const published = [
      layout.control,
      ...layout.regions.flatMap(({ ports }) => Object.values(ports)),
      ...host.map(({ listen }) => listen.port),
    ]
    expect(new Set(published).size).toBe(portsNeeded(3))
  })

  test('the far proxy of every path listens where no client is, on a port that nothing else has', () => {
    const far = layout.proxies.map((path) => path.far)
    expect(new Set(far.map(({ listen }) => listen.host))).toEqual(new Set(['127.0.0.1']))
    const inside = layout.proxies.flatMap((path) => [path.listen.port, path.far.listen.port])
    expect(new Set(inside).size).toBe(60)
    expect(new Set(layout.proxies.flatMap((path) => [path.name, path.far.name])).size).toBe(60)
  })

  test('a mirror link listens in its own region only, all others on the hub', () => {
    expect(proxy('us-east.eu-west.mirror')).toMatchObject({
      listen: { host: '10.200.1.2', port: 9201 },
      dial: { host: '10.200.1.2', port: 9201 },
      upstream: { host: '10.200.2.12', port: 9100 },
    })
    const hosts = layout.proxies.filter(({ path }) => path !== 'mirror')
    expect(new Set(hosts.map(({ listen }) => listen.host))).toEqual(new Set(['10.200.0.2']))
    expect(new Set(hosts.map(({ dial }) => dial.host))).toEqual(new Set(['127.0.0.1']))
  })

  test('each path leads to its server', () => {
    expect(proxy('us-east.eu-west.kafka')?.upstream).toEqual({ host: '10.200.2.12', port: 9094 })
    expect(proxy('us-east.eu-west.store')?.upstream).toEqual({ host: '10.200.2.11', port: 19530 })
    expect(proxy('us-east.ap-south.store')?.upstream).toEqual({ host: '10.200.3.11', port: 5432 })
    expect(proxy('us-east.eu-west.agent')?.upstream).toEqual({ host: '10.200.0.1', port: 7002 })
    expect(proxy('us-east.eu-west.echo')?.upstream).toEqual({ host: '10.200.0.1', port: 7000 })
  })

  test('the hub sorts before every region, and names hold only what Docker takes', () => {
    const names = networkNames('run/1', ['a', 'zz'])
    expect([...names].sort()[0]).toBe('faultline-run-1-hub')
    expect(names[0]).toBe('faultline-run-1-hub')
  })
})

test('a broker advertises each link in the region its clients are in', () => {
  const env = brokerEnvironment(images.kafka, layout, region('eu-west'), servers)
  const host = region('eu-west').ports.kafka
  expect(env['KAFKA_ADVERTISED_LISTENERS']).toBe(
    `HOST://127.0.0.1:${host},INTERNAL://10.200.2.12:9094,` +
      'FROM_US_EAST://10.200.1.2:9201,FROM_AP_SOUTH://10.200.3.2:9265',
  )
  expect(env['KAFKA_LISTENERS']).toContain('FROM_AP_SOUTH://0.0.0.0:9102')
  expect(env['KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS']).toBe('1000')
  expect(Object.keys(env).filter((key) => key.includes('FAKETIME'))).toEqual([])
})

test('a broker whose clock moves runs under libfaketime, where the image has it', () => {
  const moving = { ...servers, kafkaClock: true }
  const env = brokerEnvironment(images.kafka, layout, region('eu-west'), moving)
  expect(env['FAKETIME_TIMESTAMP_FILE']).toBe('/faultline/clock/offset')
  expect(env['LD_PRELOAD']).toContain('libfaketimeMT.so')
  const musl = imageFor('kafka', 'public')
  expect(() => brokerEnvironment(musl, layout, region('eu-west'), moving)).toThrow(
    'Image apache/kafka:4.3.1 cannot start a broker whose clock moves',
  )
})

test('the patience of a Milvus grows with its session only when it is to outlive a freeze', () => {
  expect(milvusEnvironment(images.milvus, servers)).toMatchObject({
    PROXY_TIMETICKINTERVAL: '50',
    COMMON_SESSION_TTL: '30',
  })
  const key = 'QUERYCOORD_HEARTBEATAVAILABLEINTERVAL'
  expect(milvusEnvironment(images.milvus, servers)[key]).toBeUndefined()
  expect(milvusEnvironment(images.milvus, { ...servers, sessionTtlSec: 900 })[key]).toBe('900000')
})

describe('MirrorMaker', () => {
  const properties = (delivery: 'at-least-once' | 'exactly-once') =>
    mirrorProperties(layout, region('us-east'), ['changes'], {
      ...servers,
      mirror: { delivery, flushMs: 700 },
    }).split('\n')

  test('pulls every other region through its link, our topics and the canaries alone', () => {
    expect(properties('at-least-once')).toEqual(
      expect.arrayContaining([
        'us-east.bootstrap.servers = 10.200.1.12:9094',
        'eu-west.bootstrap.servers = 10.200.1.2:9201',
        'ap-south.bootstrap.servers = 10.200.1.2:9202',
        'eu-west->us-east.topics = changes, canary, faultline-readiness',
      ]),
    )
  })

  test('worker settings carry the name of the target', () => {
    const lines = properties('exactly-once')
    expect(lines).toEqual(
      expect.arrayContaining([
        'us-east.offset.flush.interval.ms = 700',
        'us-east.exactly.once.source.support = enabled',
        'us-east.producer.transaction.timeout.ms = 4000',
        'dedicated.mode.enable.internal.rest = true',
      ]),
    )
    expect(lines.some((line) => /^(offset\.flush|exactly)/.test(line))).toBe(false)
    expect(properties('at-least-once').join()).not.toContain('exactly')
  })
})

describe('subnets', () => {
  const head = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU'
  const row = (destination: string, mask: string) =>
    ['eth0', destination, '00000000', '0001', '0', '0', '0', mask, '0'].join('\t')

  test('routes of the host are read, the default route apart', () => {
    const text = [head, row('00000000', '00000000'), row('0000C80A', '0000FFFF')].join('\n')
    expect(routedRanges(text)).toEqual([{ base: 0x0ac80000, mask: 0xffff0000 }])
  })

  test('a routed range is not chosen', () => {
    const draws = [72, 5, 72, 9, 73, 1]
    const draw = () => draws.shift() as number
    expect(freePrefix([{ base: 0x0ac80000, mask: 0xffff0000 }], draw)).toBe('10.201.1')
  })
})
