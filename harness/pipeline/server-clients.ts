import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { EnvironmentError } from '../model/errors.ts'

/** Packages that only real servers need: who only simulates need not install them. */
const clients = [
  'testcontainers',
  '@zilliz/milvus2-sdk-node',
  'kafkajs',
  'toxiproxy-node-client',
] as const

/** Throws an EnvironmentError that names the command which installs what is missing. */
export function requireServerClients(): void {
  const { resolve } = createRequire(import.meta.url)
  const missing = clients.filter((name) => {
    try {
      resolve(name)
      return false
    } catch {
      return true
    }
  })
  if (missing.length === 0) return
  const { peerDependencies } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  )
  const wanted = missing.map((name) => `"${name}@${peerDependencies[name]}"`)
  throw new EnvironmentError(
    `Real servers need packages that are not installed here. Try: npm i ${wanted.join(' ')}`,
  )
}
