import {
  changeBytes,
  type PointId,
  type Row,
  type SessionToken,
  type WriteId,
} from '../model/point.ts'
import type { OpEnd } from '../model/record.ts'
import type { Us } from '../model/units.ts'
import type { Message } from '../ports/network.ts'
import { type Agent, type AnswerNotes, OPERATION, type Terrain } from '../ports/system.ts'

/** What a user asks an agent for, as it crosses a link. */
export type Request = { op: WriteId; client: string; session: SessionToken; deadlineUs: Us } & (
  | { kind: 'search'; query: Row; k: number }
  | { kind: 'fetch'; id: PointId }
  | { kind: 'upsert'; id: PointId; row: Row }
  | { kind: 'delete'; id: PointId }
)

/** Versions returned, best first; none for writes and for a fetch that found nothing. */
export type Reply = AnswerNotes & { ids: PointId[]; writes: WriteId[] }

const HEADER_BYTES = 64
const HIT_BYTES = 20
/** A short key and a number. */
const TOKEN_ENTRY_BYTES = 12

const tokenBytes = (session: SessionToken | undefined): number =>
  session ? TOKEN_ENTRY_BYTES * Object.keys(session).length : 0

/** Makes an agent answer users' operations. */
export function serveOperations(terrain: Terrain, agent: Agent): void {
  terrain.network.serve(OPERATION, async ({ body }) => {
    const reply = await answer(agent, body as Request)
    const bytes = HEADER_BYTES + HIT_BYTES * reply.ids.length + tokenBytes(reply.session)
    return { kind: OPERATION, bytes, body: reply }
  })
}

/** The message that carries a request; its size is that of the vector and the session token it holds. */
export function requestMessage(request: Request, dim: number): Message {
  const vector = request.kind === 'search' || request.kind === 'upsert'
  const vectorBytes = vector ? changeBytes({ deleted: false }, dim) : 0
  const bytes = HEADER_BYTES + vectorBytes + tokenBytes(request.session)
  return { kind: OPERATION, bytes, body: request }
}

async function answer(agent: Agent, request: Request): Promise<Reply> {
  const call = { op: request.op, deadlineUs: request.deadlineUs }
  switch (request.kind) {
    case 'search': {
      const { hits, ...notes } = await agent.search(request, call)
      return { ids: hits.map(({ id }) => id), writes: hits.map(({ write }) => write), ...notes }
    }
    case 'fetch': {
      const { point, ...notes } = await agent.fetch(request, call)
      return { ids: point ? [point.id] : [], writes: point ? [point.write] : [], ...notes }
    }
    case 'upsert':
      return { ids: [], writes: [], ...(await agent.write(request, call)) }
    case 'delete':
      return { ids: [], writes: [], ...(await agent.remove(request, call)) }
  }
}

/** What the record keeps of the notes of an answer. */
export function recordedNotes(
  notes: AnswerNotes,
): Pick<OpEnd, 'from' | 'stale' | 'partial' | 'cacheAge' | 'shards'> {
  const { from, stale, partial, cacheAgeUs, shards } = notes
  return {
    ...(from && { from: [...from] }),
    ...(stale && { stale }),
    ...(partial && { partial }),
    ...(cacheAgeUs !== undefined && { cacheAge: cacheAgeUs }),
    ...(shards && { shards: { asked: [...shards.asked], answered: [...shards.answered] } }),
  }
}
