import { createRequire } from 'node:module'
import type * as Grpc from '@grpc/grpc-js'

// The SDK's own copy of gRPC, wherever it was installed.
const fromSdk = createRequire(import.meta.resolve('@zilliz/milvus2-sdk-node'))
const grpc = fromSdk('@grpc/grpc-js') as typeof Grpc
const { getGRPCService, LOADER_OPTIONS } = fromSdk('@zilliz/milvus2-sdk-node') as {
  getGRPCService: (proto: { serviceName: string }, options: object) => Grpc.ServiceClientConstructor
  LOADER_OPTIONS: object
}

/** What a fake server does with a request: an answer, `{ grpc: code }` for an error, or a promise of either. */
export type Reply = (request: Record<string, never>) => unknown
type Answer = Record<string, unknown> & { grpc?: number }

const success = { error_code: 'Success', code: 0, reason: '' }
const scalar = (name: string, data_type: string) => ({ name, data_type, type_params: [] })
const schema = {
  name: 'c',
  fields: [
    { ...scalar('id', 'Int64'), is_primary_key: true },
    { ...scalar('vector', 'FloatVector'), type_params: [{ key: 'dim', value: '2' }] },
    ...['row', 'write', 'wall', 'counter'].map((name) => scalar(name, 'Int64')),
    scalar('origin', 'VarChar'),
    scalar('deleted', 'Bool'),
  ],
}

const ids = { int_id: { data: ['7'] } }
const column = (field_name: string, data: string[]) => ({
  ...{ field_name, type: 'Int64', field: 'scalars' },
  scalars: { long_data: { data }, data: 'long_data' },
})
const fields_data = [column('id', ['7']), column('write', ['41'])]

/** An answer of one hit: id 7, write 41, distance 0.5. */
export const oneHit = {
  status: success,
  results: {
    primary_field_name: 'id',
    num_queries: 1,
    top_k: 1,
    scores: [0.5],
    topks: ['1'],
    ids,
    fields_data,
  },
}
export const noRows = { status: success, fields_data: [] }

const methods = ['Connect', 'DescribeCollection', 'Search', 'Query', 'Upsert', 'Delete']
/** The collection's own level is what the SDK sends where it takes a caller's for none. */
const described: Reply = () => ({ status: success, schema, consistency_level: 'Session' })

/** A Milvus of a test: it remembers what it was asked and answers what it is told. */
export class FakeMilvus {
  /** Method and request of every call since the last `told`, in order. */
  asked: [string, Record<string, never>][] = []
  private replies: Record<string, Reply> = {}
  private readonly server = new grpc.Server()
  private port = 0

  get address(): string {
    return `127.0.0.1:${this.port}`
  }

  /** From now on it answers like this; it does not implement what has no reply. */
  told(replies: Record<string, Reply>): void {
    this.asked = []
    this.replies = { DescribeCollection: described, ...replies }
  }

  async listen(): Promise<this> {
    const name = { serviceName: 'milvus.proto.milvus.MilvusService' }
    const { service } = getGRPCService(name, LOADER_OPTIONS)
    const handlers = methods.map((method) => [method, this.handler(method)])
    this.server.addService(service, Object.fromEntries(handlers))
    this.port = await new Promise((resolve, reject) =>
      this.server.bindAsync(
        '127.0.0.1:0',
        grpc.ServerCredentials.createInsecure(),
        (error, port) => (error ? reject(error) : resolve(port)),
      ),
    )
    return this
  }

  requests(method: string): Record<string, never>[] {
    return this.asked.filter(([asked]) => asked === method).map(([, request]) => request)
  }

  close(): void {
    this.server.forceShutdown()
  }

  private handler(method: string) {
    return async (
      call: { request: Record<string, never> },
      callback: (...all: unknown[]) => void,
    ) => {
      this.asked.push([method, call.request])
      const reply = this.replies[method] ?? (() => ({ grpc: 12 }))
      const answer = (await reply(call.request)) as Answer
      if (answer.grpc === undefined) callback(null, answer)
      else callback({ code: answer.grpc, details: 'as told' })
    }
  }
}
