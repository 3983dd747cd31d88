import type { StoredPoint } from '../../model/point.ts'
import type { RegionName, Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { Call } from '../../ports/store.ts'
import type {
  AnswerNotes,
  FetchAsk,
  Fetched,
  Found,
  SearchAsk,
  Terrain,
} from '../../ports/system.ts'
import type { Term } from './succession.ts'

/** A user's operation on its way from the agent it reached to the primary. */
const TO_PRIMARY = 'to primary'

export type UnstampedPoint = Omit<StoredPoint, 'stamp'>

type Asked =
  | { kind: 'write'; point: UnstampedPoint }
  | { kind: 'search'; ask: SearchAsk }
  | { kind: 'fetch'; ask: FetchAsk }

export type Primary = {
  write(point: UnstampedPoint, call: Call): Promise<AnswerNotes>
  search(ask: SearchAsk, call: Call): Promise<Found>
  fetch(ask: FetchAsk, call: Call): Promise<Fetched>
}

/** Who this region thinks is primary. */
type Compass = { term(): Term; ask(region: RegionName): Promise<Term>; learn(term: Term): void }

/** Answers what other agents send on. */
export function servePrimary({ network, region }: Terrain, primary: Primary): void {
  network.serve(TO_PRIMARY, async ({ body }) => {
    const { asked, call } = body as { asked: Asked; call: Call }
    const answer = await answerOf(primary, asked, call)
    return { kind: TO_PRIMARY, bytes: 256, body: { from: [region], ...answer } }
  })
}

function answerOf(primary: Primary, asked: Asked, call: Call): Promise<AnswerNotes> {
  switch (asked.kind) {
    case 'write':
      return primary.write(asked.point, call)
    case 'search':
      return primary.search(asked.ask, call)
    case 'fetch':
      return primary.fetch(asked.ask, call)
  }
}

/**
 * Asks the primary, wherever it is. If the one thought to be it answers that it is not, it is asked who is, and that one
 * is asked: once, so that two that point at each other do not pass a write to and fro.
 */
export async function askPrimary<A extends AnswerNotes>(
  { network }: Terrain,
  compass: Compass,
  asked: Asked,
  bytes: number,
  call: Call,
): Promise<A> {
  const ask = async (to: RegionName, deadlineUs: Us) => {
    const body = { asked, call: { ...call, deadlineUs } }
    return (await network.call(to, { kind: TO_PRIMARY, bytes, body }, deadlineUs)).body as A
  }
  const { holder } = compass.term()
  try {
    return await ask(holder, call.deadlineUs)
  } catch (error) {
    if (!(error instanceof CallError && error.definite)) throw error
    const told = await compass.ask(holder).catch(() => null)
    if (!told || told.holder === holder) throw error
    compass.learn({ ...told, leads: false })
    return ask(told.holder, call.deadlineUs)
  }
}
