import { FakeMilvus } from '../unit/worlds/adapters/milvus-fake.ts'

/** A server of ten hits in a process of its own: what it costs to answer is not what the clients cost. */
const hits = Array.from({ length: 10 }, (_, i) => i)
const text = hits.map(String)
const column = (field_name: string) => ({
  ...{ field_name, type: 'Int64', field: 'scalars' },
  scalars: { long_data: { data: text }, data: 'long_data' },
})
const server = await new FakeMilvus().listen()
server.told({
  Search: () => {
    server.asked = []
    return {
      status: { error_code: 'Success', code: 0, reason: '' },
      results: {
        ...{ primary_field_name: 'id', num_queries: 1, top_k: 10, topks: ['10'] },
        ...{ scores: hits.map((hit) => hit / 10), ids: { int_id: { data: text } } },
        fields_data: [column('id'), column('write')],
      },
    }
  },
})
process.on('disconnect', () => process.exit(0))
process.send?.(server.address)
