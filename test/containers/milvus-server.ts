import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import type { IndexPlan } from '../../harness/model/plan.ts'
import { openPool } from '../../harness/workload/pool.ts'
import type { MilvusSetting } from '../../harness/worlds/adapters/milvus.ts'
import { vectorsOf } from '../../harness/worlds/adapters/vectors.ts'
import { dockerClient } from '../../harness/worlds/images/docker.ts'
import { imageFor } from '../../harness/worlds/images/image-list.ts'

const docker = dockerClient({ timeoutMs: 60_000 })

export const pool = openPool('fixtures/glosses-10k')
export const vectors = vectorsOf(pool)

export const flat: IndexPlan = { kind: 'flat' }
export const hnsw = {
  ...{ kind: 'hnsw' as const, m: 16, efConstruction: 200, ef: 64 },
  ...{ sealAt: 1_000, compactAt: 0.5 },
} satisfies IndexPlan

/** A base of points 0 … count - 1, each with the row of its id. */
export const baseOf = (count: number) => Array.from({ length: count }, (_, id) => ({ id, row: id }))

/** One Milvus of a test file, at a tick of 50 ms as a run has it. */
export type TestServer = {
  address: string
  /** What the server has logged so far. */
  log(): Promise<string>
  /** A collection of its own on this server. */
  setting(index?: IndexPlan): MilvusSetting
  stop(): Promise<void>
}

export async function startMilvus(name: string): Promise<TestServer> {
  const label = `faultline.test=${name}-${process.pid}`
  const { image, profile } = imageFor('milvus', 'built')
  const env = { ...profile.env, PROXY_TIMETICKINTERVAL: '50' }
  const id = await run(
    ...['run', '--detach', '--label', label],
    ...['--publish', `127.0.0.1::${profile.ports['api']}`],
    ...Object.entries(env).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    image,
    ...(profile.commands['server'] ?? []),
  )
  const address = await run('port', id, `${profile.ports['api']}/tcp`)
  return {
    address,
    log: async () => (await docker(['logs', id])).stdout,
    setting: (index = flat) => ({
      ...{ address, vectors, index, inFlight: 64 },
      collection: `test_${randomUUID().replaceAll('-', '')}`,
    }),
    stop: async () => {
      await run('rm', '--force', '--volumes', id)
    },
  }
}

async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await docker(args)
  expect({ command: args.join(' '), code, stderr: code === 0 ? '' : stderr }).toMatchObject({
    code: 0,
  })
  return stdout.trim()
}
