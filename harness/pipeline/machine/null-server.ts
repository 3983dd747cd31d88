import { OPERATION } from '../../ports/system.ts'
import { type Handler, serveMessages } from '../../worlds/adapters/message-wire.ts'

/**
 * A program that answers every search at once and knows nothing: what the load generator is measured against. Forked;
 * it tells its parent the port on 127.0.0.1, and ends with it.
 */
const hits = Array.from({ length: 10 }, (_, id) => id)
const reply = { kind: OPERATION, bytes: 264, body: { ids: hits, writes: hits } }
const handlers = new Map<string, Handler>([[OPERATION, async () => reply]])

const server = await serveMessages({ host: '127.0.0.1', port: 0 }, handlers, (error) => {
  throw error
})
process.on('disconnect', () => process.exit(0))
process.on('SIGINT', () => {})
const address = server.address()
process.send?.({ port: typeof address === 'object' && address ? address.port : 0 })
