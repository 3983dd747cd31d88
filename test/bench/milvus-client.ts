import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { MilvusClient } from '@zilliz/milvus2-sdk-node'
import { plainTable } from '../../harness/text/table.ts'
import { openMilvus } from '../../harness/worlds/adapters/milvus.ts'
import { levelOf } from '../../harness/worlds/adapters/milvus-points.ts'

/**
 * What a search costs the client, in CPU of its process (user and system, all threads): our adapter and the SDK's own
 * `search()` against one server in another process, in turn and round by round, each in a process of its own, because
 * the SDK's first search turns on promise hooks for good. Ratios count; absolute figures are context.
 *
 *   npm run bench:milvus
 */
const ROUNDS = 5
const SEARCHES = 2_000
const SIDE_BY_SIDE = 16
const DIM = 768
const K = 10

type Which = 'faultline' | 'sdk'

const [, , which, address] = process.argv
if (which === undefined) await compare()
else await measure(which as Which, address as string)

async function compare(): Promise<void> {
  const here = fileURLToPath(import.meta.url)
  const server = fork(fileURLToPath(new URL('./milvus-server.ts', import.meta.url)))
  const at = await new Promise<string>((resolve) =>
    server.once('message', (m) => resolve(String(m))),
  )
  const one = (client: Which): Promise<number> =>
    new Promise((resolve, reject) => {
      const child = fork(here, [client, at])
      child.once('message', (ms) => resolve(Number(ms)))
      child.once('exit', (code) => reject(new Error(`${client} ended with ${code}`)))
    })
  const rounds: { faultline: number; sdk: number }[] = []
  for (let round = 0; round < ROUNDS; round++)
    rounds.push({ faultline: await one('faultline'), sdk: await one('sdk') })
  server.disconnect()
  const middle = (values: number[]): number =>
    values.sort((a, b) => a - b)[Math.floor(values.length / 2)] as number
  const rows = (['faultline', 'sdk'] as const).map((client) => [
    ...[client, `${middle(rounds.map((round) => round[client])).toFixed(2)} ms`],
    `${middle(rounds.map((round) => round[client] / round.sdk)).toFixed(2)} ×`,
  ])
  const header = ['client', 'CPU a search', 'of the SDK, median of pairs']
  process.stdout.write(
    `${plainTable(header, rows).join('\n')}\n` +
      `${ROUNDS} rounds of ${SEARCHES} searches, ${SIDE_BY_SIDE} at once, top ${K} of ${DIM} dimensions.\n`,
  )
}

async function measure(client: Which, at: string): Promise<void> {
  const query = Float32Array.from({ length: DIM }, (_, i) => i / DIM)
  const { search, close } = client === 'sdk' ? ofSdk(at, query) : ofOurs(at, query)
  await many(search)
  const before = process.cpuUsage()
  await many(search)
  const { user, system } = process.cpuUsage(before)
  await close()
  process.send?.((user + system) / 1000 / SEARCHES)
  process.disconnect()
}

async function many(search: () => Promise<number>): Promise<void> {
  let left = SEARCHES
  const lane = async () => {
    while (left-- > 0) if ((await search()) !== K) throw new Error('a search found less than all')
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, lane))
}

function ofOurs(at: string, query: Float32Array) {
  const none = () => query
  const vectors = { dim: DIM, rows: 1, rowOf: () => undefined, vectorOf: none, queryOf: none }
  const setting = { address: at, collection: 'c', vectors, inFlight: 64 }
  const store = openMilvus({ ...setting, index: { kind: 'flat' } })
  const call = { op: 1, deadlineUs: 10_000_000 }
  const search = async () =>
    (await store.search({ query: 0, k: K, consistency: 'bounded' }, call)).length
  return { search, close: () => store.close() }
}

function ofSdk(at: string, query: Float32Array) {
  const sdk = new MilvusClient({
    ...{ address: at, maxRetries: 0, telemetry: { enabled: false }, logLevel: 'error' },
    __SKIP_CONNECT__: true,
  })
  const asked = {
    ...{ collection_name: 'c', data: [...query], limit: K, filter: 'deleted == false' },
    ...{ output_fields: ['id', 'write'], consistency_level: levelOf('bounded') as never },
  }
  const search = async () => (await sdk.search(asked)).results.length
  return { search, close: () => sdk.closeConnection() }
}
