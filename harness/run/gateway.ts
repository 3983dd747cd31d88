import { changeBytes, type PointId, type Row, type WriteId } from '../model/point.ts'
import type { Us } from '../model/units.ts'
import type { Message } from '../ports/network.ts'
import { type Agent, OPERATION, type Terrain } from '../ports/system.ts'

/** What a user asks an agent for, as it crosses a link. */
export type Request = { op: WriteId; client: string; deadlineUs: Us } & (
  | { kind: 'search'; query: Row; k: number }
  | { kind: 'fetch'; id: PointId }
  | { kind: 'upsert'; id: PointId; row: Row }
  | { kind: 'delete'; id: PointId }
)

/** Versions returned, best first; empty for writes and for a fetch that found nothing. */
export type Reply = { ids: PointId[]; writes: WriteId[] }

const HEADER_BYTES = 64
const HIT_BYTES = 20

/** Makes an agent answer users' operations. */
export function serveOperations(terrain: Terrain, agent: Agent): void {
  terrain.network.serve(OPERATION, async ({ body }) => {
    const reply = await answer(agent, body as Request)
    return { kind: OPERATION, bytes: HEADER_BYTES + HIT_BYTES * reply.ids.length, body: reply }
  })
}

/** The message that carries a request; its size is that of the vector it holds. */
export function requestMessage(request: Request, dim: number): Message {
  const vector = request.kind === 'search' || request.kind === 'upsert'
  const bytes = HEADER_BYTES + (vector ? changeBytes({ deleted: false }, dim) : 0)
  return { kind: OPERATION, bytes, body: request }
}

async function answer(agent: Agent, request: Request): Promise<Reply> {
  const call = { op: request.op, deadlineUs: request.deadlineUs }
  switch (request.kind) {
    case 'search': {
      const hits = await agent.search(request, call)
      return { ids: hits.map(({ id }) => id), writes: hits.map(({ write }) => write) }
    }
    case 'fetch': {
      const found = await agent.fetch(request, call)
      return found ? { ids: [found.id], writes: [found.write] } : { ids: [], writes: [] }
    }
    case 'upsert':
      await agent.write(request, call)
      return { ids: [], writes: [] }
    case 'delete':
      await agent.remove(request, call)
      return { ids: [], writes: [] }
  }
}
