import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { EnvironmentError } from '../../../../../harness/model/errors.ts'
import {
  agentNotUp,
  baseNotLoaded,
  clockNotFaked,
  leftBehind,
  noFreePorts,
  noSubnet,
  notReady,
  toxicDiffers,
} from '../../../../../harness/worlds/containers/topology/errors.ts'
import { freeHostPorts } from '../../../../../harness/worlds/containers/topology/host-ports.ts'
import { startError } from '../../../../../harness/worlds/containers/topology/placed-container.ts'
import { checkMachine } from '../../../../../harness/worlds/containers/topology/preflight.ts'
import {
  type Docker,
  DockerError,
  dockerClient,
} from '../../../../../harness/worlds/images/docker.ts'

const has =
  (...images: string[]): Docker =>
  async (args) => ({ code: images.includes(args.at(-1) as string) ? 0 : 1, stdout: '', stderr: '' })

const wanted = { images: ['faultline-milvus:2.3.5', 'apache/kafka:4.3.1'], regions: 3 }

/** The message of an EnvironmentError. */
async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error('it did not reject'),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(EnvironmentError)
  return (error as Error).message
}

describe('a machine that cannot run servers is told why before anything starts', () => {
  test('no Docker installed, or its daemon down: what images says too', async () => {
    for (const said of [
      'No docker client was found on PATH. Try: …',
      'The Docker daemon did not answer',
    ]) {
      const docker: Docker = () => Promise.reject(new DockerError(said))
      expect(await refusal(checkMachine(docker, wanted))).toBe(said)
    }
  })

  test('the daemon is down for real', async () => {
    const before = process.env['DOCKER_HOST']
    process.env['DOCKER_HOST'] = 'unix:///nowhere/docker.sock'
    try {
      expect(await refusal(checkMachine(dockerClient(), wanted))).toMatch(
        /No docker client was found|The Docker daemon did not answer .*Try: systemctl start docker/,
      )
    } finally {
      if (before === undefined) delete process.env['DOCKER_HOST']
      else process.env['DOCKER_HOST'] = before
    }
  })

  test('images missing, with the command for each kind', async () => {
    expect(await refusal(checkMachine(has(), wanted))).toBe(
      'No image faultline-milvus:2.3.5, apache/kafka:4.3.1 on this machine. ' +
        'Try: docker/build milvus; docker pull apache/kafka:4.3.1',
    )
    expect(await refusal(checkMachine(has('faultline-milvus:2.3.5'), wanted))).toBe(
      'No image apache/kafka:4.3.1 on this machine. Try: docker pull apache/kafka:4.3.1',
    )
  })

  test('too little memory', async () => {
    const docker = has(...wanted.images)
    expect(await refusal(checkMachine(docker, wanted, () => 1500))).toBe(
      '1500 MiB of memory are free, and real servers in 3 regions need about 2160 MiB. ' +
        'Try: fewer regions, end other programs, or the simulator: --world sim',
    )
    await checkMachine(docker, wanted, () => 2160)
    await checkMachine(docker, wanted, () => undefined)
  })

  test('no free port', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(20_000, '127.0.0.1', resolve))
    expect(await refusal(freeHostPorts(1, 20_001))).toBe(noFreePorts(0, 1).message)
    await new Promise((resolve) => server.close(resolve))
  })
})

test('ports are free, differ, and lie below those of outgoing connections', async () => {
  const ports = await freeHostPorts(40)
  expect(new Set(ports).size).toBe(40)
  expect(ports.every((port) => port >= 20_000 && port < 32_768)).toBe(true)
})

test('a port taken between choice and start names the container', () => {
  const said = 'Bind for 127.0.0.1:20001 failed: port is already allocated'
  expect(startError('c-kafka', new Error(said)).message).toBe(
    `Docker could not bind the port of container c-kafka on this host (${said}). ` +
      'Another program has just taken that port. Try: run it again; each run picks new ports.',
  )
  expect(startError('c-kafka', new Error('no space left on device')).message).toBe(
    'Container c-kafka could not be started (no space left on device). ' +
      'Try: docker info, and the log of the Docker daemon.',
  )
})

test('a wait that came to its end names container, condition, last answer, last lines and log file', () => {
  const overdue = {
    container: 'faultline-x-us-east-milvus',
    condition: 'answers 200 on /healthz',
    afterMs: 90_040,
    last: 'status 500: not ready',
    logTail: 'one\ntwo\n',
    logFile: 'runs/x/logs/milvus.log',
  }
  expect(notReady(overdue).message).toBe(
    [
      'Container faultline-x-us-east-milvus: not within 90.0 s: answers 200 on /healthz.',
      'Last answer: status 500: not ready.',
      'Its last lines:',
      '  one',
      '  two',
      'Log file: runs/x/logs/milvus.log',
      'Try: more free memory and disk for Docker; then the log file.',
    ].join('\n'),
  )
  const ended = notReady({
    ...overdue,
    container: 'faultline-x-us-east-kafka',
    condition: 'answers an admin call',
    state: 'exited with code 1',
    logTail: '',
  })
  expect(ended.message).toContain(
    'Container faultline-x-us-east-kafka exited with code 1 before this was seen: answers an admin call.',
  )
  expect(ended.message).toContain('It has logged nothing.')
  expect(ended.message).toContain('Try: the log file; a clock or a disk')
})

test('the rest says what, where and what to try too', () => {
  for (const error of [
    clockNotFaked('apache/kafka:4.3.1'),
    noSubnet(20, 'Pool overlaps with other one on this address space'),
    leftBehind(['c-1', 'n-1'], 'no answer in 30 s'),
    toxicDiffers('a.b.kafka', { latency: { latncy: 5 } }, { latency: { latency: 0 } }),
  ]) {
    expect(error).toBeInstanceOf(EnvironmentError)
    expect(error.message).toMatch(/Try: /)
  }
  expect(toxicDiffers('a.b.kafka', { x: 1 }, undefined).message).toContain('it has nothing')
})

test('a machine too busy to load the base data or to start an agent is said for people, with a way out', () => {
  for (const error of [baseNotLoaded('milvus', 'us-east', 'deadline'), agentNotUp('us-east', 60)])
    expect(error).toBeInstanceOf(EnvironmentError)
  expect(baseNotLoaded('milvus', 'us-east', 'deadline').message).toBe(
    'Loading the base data into the Milvus of us-east failed: deadline. ' +
      'Try: end other programs on this machine, or fewer points (data: base); then the log of Milvus.',
  )
  expect(baseNotLoaded('pgvector', 'us-east', 'late').message).toContain(
    'then the log of pgvector.',
  )
  expect(agentNotUp('us-east', 60).message).toContain('was not up 60 s after its start. Try: ')
})
