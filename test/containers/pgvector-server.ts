import { randomUUID } from 'node:crypto'
import type { IndexPlan } from '../../harness/model/plan.ts'
import type { StoreSetting } from '../../harness/worlds/adapters/store-client.ts'
import { dockerClient } from '../../harness/worlds/images/docker.ts'
import { imageFor } from '../../harness/worlds/images/image-list.ts'
import { flat, vectors } from './milvus-server.ts'

const docker = dockerClient({ timeoutMs: 60_000 })

/** One PostgreSQL of a test file. */
export type PgvectorServer = {
  address: string
  /** A table of its own on this server. */
  setting(index?: IndexPlan, iterativeScan?: StoreSetting['iterativeScan']): StoreSetting
  pause(): Promise<void>
  unpause(): Promise<void>
  stop(): Promise<void>
}

export async function startPgvector(name: string): Promise<PgvectorServer> {
  const { image, profile } = imageFor('pgvector', 'built')
  const id = await run(
    ...['run', '--detach', '--label', `faultline.test=${name}-${process.pid}`],
    ...['--publish', `127.0.0.1::${profile.ports['api']}`],
    ...Object.entries(profile.env).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    image,
    ...(profile.commands['server'] ?? []),
  )
  const address = await run('port', id, `${profile.ports['api']}/tcp`)
  return {
    address,
    setting: (index = flat, iterativeScan = 'off') => ({
      ...{ address, vectors, index, iterativeScan, inFlight: 64 },
      collection: `test_${randomUUID().replaceAll('-', '')}`,
    }),
    pause: async () => {
      await run('pause', id)
    },
    unpause: async () => {
      await run('unpause', id)
    },
    stop: async () => {
      await run('rm', '--force', '--volumes', id)
    },
  }
}

async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await docker(args)
  if (code !== 0) throw new Error(`docker ${args.join(' ')}: exit code ${code}: ${stderr}`)
  return stdout.trim()
}
