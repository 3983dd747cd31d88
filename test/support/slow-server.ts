import { OPERATION } from '../../harness/ports/system.ts'
import { serveMessages } from '../../harness/worlds/adapters/message-wire.ts'

/** A null server that cannot do more than 200 searches a second: the n-th answer is due 5 ms after the one before, or later. */
const EACH_MS = 5
let freeMs = 0

async function serve() {
  const now = performance.now()
  // A timer that fires late delays one answer and not those after it: they are due by the schedule.
  freeMs = Math.max(freeMs, now) + EACH_MS
  await new Promise((resolve) => setTimeout(resolve, freeMs - now))
  return { kind: OPERATION, bytes: 64, body: { ids: [1], writes: [1] } }
}

const broken = (error: unknown): never => {
  throw error
}
const server = await serveMessages(
  { host: '127.0.0.1', port: 0 },
  new Map([[OPERATION, serve]]),
  broken,
)
process.on('disconnect', () => process.exit(0))
process.send?.({ port: (server.address() as { port: number }).port })
