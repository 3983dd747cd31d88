import { expect, test } from 'vitest'
import type { Check } from '../../../../harness/pipeline/machine/check.ts'
import { missingFor } from '../../../../harness/pipeline/machine/check.ts'
import { checksOf } from '../../../../harness/pipeline/machine/checks.ts'
import { dockerReading } from '../../../../harness/pipeline/machine/docker-reading.ts'
import type { MachineReading } from '../../../../harness/pipeline/machine/reading.ts'
import { dockerClient } from '../../../../harness/worlds/images/docker.ts'
import { aDocker, aReading, someImages } from '../../../support/machine-reading.ts'

/** What is not well on a machine, as a person reads it: name, state, sentence, way out. */
const wrong = (planted: Partial<MachineReading>): string[] =>
  checksOf(aReading(planted))
    .filter(({ state }) => state !== 'ok')
    .map(({ name, state, says, mend }) => `${name} ${state}: ${says} → ${mend}`)

const worldsFit = (planted: Partial<MachineReading>): Record<string, boolean> => {
  const checks: Check[] = checksOf(aReading(planted))
  return {
    sim: missingFor(checks, 'sim').length === 0,
    containers: missingFor(checks, 'containers').length === 0,
  }
}

test('a machine that lacks nothing is fit for both worlds, and nothing is to be done', () => {
  expect(wrong({})).toEqual([])
  expect(checksOf(aReading()).every(({ mend }) => mend === null)).toBe(true)
  expect(worldsFit({})).toEqual({ sim: true, containers: true })
})

const planted: [string, Partial<MachineReading>, string, { sim: boolean; containers: boolean }][] =
  [
    [
      'Node 18',
      { node: { version: 'v18.20.4', wanted: '>=20.19' } },
      'Node missing: v18.20.4 is too old: Faultline needs 20.19 or later. → Install Node 20.19 or later: nodejs.org, or nvm install 20',
      { sim: false, containers: false },
    ],
    [
      'Node 20.9, older though its digit is larger',
      { node: { version: 'v20.9.0', wanted: '>=20.19' } },
      'Node missing: v20.9.0 is too old: Faultline needs 20.19 or later. → Install Node 20.19 or later: nodejs.org, or nvm install 20',
      { sim: false, containers: false },
    ],
    [
      'a full disk',
      { disk: { path: 'runs', freeMiB: 5 } },
      'disk missing: 5 MiB are free for runs (runs); a run of partition-heal leaves 13 MiB. → Remove runs nobody needs (faultline runs lists them), or give a folder elsewhere: --out',
      { sim: false, containers: false },
    ],
    [
      '300 MB of free disk',
      { disk: { path: 'runs', freeMiB: 286 } },
      'disk weak: 286 MiB are free for runs (runs); a run of partition-heal leaves 13 MiB. → Remove runs nobody needs (faultline runs lists them), or give a folder elsewhere: --out',
      { sim: true, containers: true },
    ],
    [
      'little memory',
      { memory: { availableMiB: 1500 } },
      'memory for servers weak: 1,500 MiB are enough for 2 regions: one is counted as 720 MiB, and 6 are the most. → End other programs, or write fewer regions.',
      { sim: true, containers: true },
    ],
    [
      'no graphs',
      { packages: { graphs: 'npm install hnswlib-node', servers: null } },
      'graphs weak: hnswlib-node is not installed or was not compiled: scenarios with index: hnsw are refused. → With a C++ compiler and python3: npm install hnswlib-node',
      { sim: true, containers: true },
    ],
    [
      'no clients of servers',
      { packages: { graphs: null, servers: 'npm i "kafkajs@^2.2.4"' } },
      'packages missing: Packages that only real servers need are not installed. → npm i "kafkajs@^2.2.4"',
      { sim: true, containers: false },
    ],
    [
      'a Mac',
      { platform: 'darwin' },
      'system missing: Real servers run on Linux only, not on darwin: their network cannot be listened on elsewhere. → Use a Linux machine or virtual machine, or the simulator: --world sim',
      { sim: true, containers: false },
    ],
    [
      'an old Docker',
      { docker: aDocker({ version: '1.9', api: '1.9' }) },
      'Docker weak: 1.9 answers this user, API 1.9. Nothing older than API 1.41 was tried. → Install Docker 20.10 or later.',
      { sim: true, containers: true },
    ],
    [
      'a missing image',
      { docker: aDocker({ images: someImages('built', { milvus: 'missing', kafka: 'missing' }) }) },
      'images missing: Not here: faultline-milvus:1, faultline-kafka:1. → docker/build milvus kafka (public ones: faultline images)',
      { sim: true, containers: false },
    ],
    [
      'a stale image',
      { docker: aDocker({ images: someImages('built', { kafka: 'stale' }) }) },
      'images weak: Here (built): milvus, kafka, pgvector, toxiproxy. Built from other recipes than docker/ has now: kafka. → docker/build kafka',
      { sim: true, containers: true },
    ],
    [
      'no image of the second store',
      { docker: aDocker({ images: someImages('built', { pgvector: 'missing' }) }) },
      'image pgvector weak: faultline-pgvector:1 is not here; scenarios with store: pgvector need it. → docker/build pgvector',
      { sim: true, containers: true },
    ],
    [
      'a full disk of Docker',
      { docker: aDocker({ disk: { path: '/var/lib/docker', freeMiB: 300 } }) },
      'disk for images weak: 300 MiB are free in /var/lib/docker. To build all images takes 4,000 MiB (docker/README.md); what servers write was not measured. → docker system prune, or another data-root for Docker',
      { sim: true, containers: true },
    ],
    [
      'late timers',
      { clock: { grainNs: 40, lateP99Us: 25_000 } },
      'timers weak: 99 of 100 timers fire less than 25.0 ms late; a run is invalid above 10.0 ms, or a tenth of its tightest limit. → End what takes the CPU, or use a machine with more cores.',
      { sim: true, containers: true },
    ],
    [
      'a coarse clock',
      { clock: { grainNs: 4_000_000, lateP99Us: 900 } },
      'clock weak: The monotonic clock moves in steps of 4,000,000 ns; records have whole µs. Times on real servers are no finer than that. → Look at the clock source of the kernel: /sys/devices/system/clocksource/clocksource0',
      { sim: true, containers: true },
    ],
    [
      'few ports',
      { ports: { free: 9, wanted: 38 } },
      'ports missing: 9 of the 38 ports on 127.0.0.1 that three regions take could be had. → See what listens there (ss -ltn) and end it.',
      { sim: true, containers: false },
    ],
    [
      'few open files',
      { openFiles: { most: 1024, known: true } },
      'open files weak: A process may open 1,024; each operation in flight is a connection, and a region may have 4,096. → ulimit -n 65536, or lower inFlight: { max } of the load',
      { sim: true, containers: true },
    ],
    [
      'no root',
      { kernel: { netem: true, byteCounting: ['root', 'nsenter'] } },
      'bytes on links weak: They are not counted without root, nsenter: limits on link-bytes end unknown. → Run as root, with the packages util-linux and iptables installed.',
      { sim: true, containers: true },
    ],
  ]

test.each(planted)('%s is named with its way out', (_, reading, said, fit) => {
  expect(wrong(reading)).toEqual([said])
  expect(worldsFit(reading)).toEqual(fit)
})

test('who takes the CPU is named, the greediest first, and so is the hypervisor', () => {
  const takers = [
    { pid: 4_000_001, name: 'tsc', share: 0.3 },
    { pid: 4_000_002, name: 'cargo', share: 0.12 },
    { pid: 4_000_003, name: 'idle', share: 0.001 },
  ]
  expect(wrong({ cpu: { cores: 4, seconds: 2, foreign: 0.425, steal: 0.05, takers } })).toEqual([
    'CPU weak: 4 cores; others take 43 % of all cores (over 2.0 s): tsc (pid 4000001) 30 %, cargo (pid 4000002) 12 %. The hypervisor took 5.0 %. Above 10 % a run may be invalid, and its times are rather those of its neighbours. → End them: a run on real servers waits a minute for calm, and then begins all the same.',
  ])
})

test('without Docker its lack fails real servers only, and its images are not guessed', () => {
  const why = 'No docker client was found on PATH. Try: apt-get install docker.io; or --world sim'
  expect(wrong({ docker: { ready: false, why } })).toEqual([
    'Docker missing: No docker client was found on PATH. → apt-get install docker.io; or --world sim',
    'images unknown: Which are here cannot be told without Docker. → null',
  ])
  expect(worldsFit({ docker: { ready: false, why } })).toEqual({ sim: true, containers: false })
})

test('a Docker that cannot be reached is read as what it says', async () => {
  const before = process.env['DOCKER_HOST']
  process.env['DOCKER_HOST'] = 'unix:///no/such/docker.sock'
  try {
    const read = await dockerReading(dockerClient(), () => null)
    expect(read.ready).toBe(false)
    expect(read).toHaveProperty('why', expect.stringContaining('Try: '))
  } finally {
    if (before === undefined) delete process.env['DOCKER_HOST']
    else process.env['DOCKER_HOST'] = before
  }
})

test('what the machine does not say is said to be unknown, and nothing fails for it', () => {
  const silent: Partial<MachineReading> = {
    ...{ memory: { availableMiB: null }, disk: { path: 'runs', freeMiB: null }, cpu: null },
    ...{ clock: { grainNs: 40, lateP99Us: null }, openFiles: { most: null, known: false } },
    ...{ kernel: { netem: null, byteCounting: [] } },
    docker: aDocker({ disk: { path: '/var/lib/docker', freeMiB: null } }),
  }
  const states = checksOf(aReading(silent)).filter(({ state }) => state !== 'ok')
  expect(states.map(({ name, state }) => `${name} ${state}`)).toEqual([
    ...['memory unknown', 'disk unknown', 'disk for images unknown', 'memory for servers unknown'],
    ...['CPU unknown', 'timers unknown', 'open files unknown', 'netem unknown'],
  ])
  expect(worldsFit(silent)).toEqual({ sim: true, containers: true })
})
