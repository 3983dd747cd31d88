import { invariant } from '../base/invariant.ts'
import type { Operation, Outcome } from '../model/operation.ts'
import type { LoadPlan, Plan } from '../model/plan.ts'
import type { SessionToken } from '../model/point.ts'
import type { OpEnd, RecordEvent } from '../model/record.ts'
import type { RegionName, Us } from '../model/units.ts'
import { CallError, DeadlineError } from '../ports/errors.ts'
import { OPERATION, type Router, type UserTerrain } from '../ports/system.ts'
import type { TrueClock } from '../ports/world.ts'
import { type Reply, type Request, recordedNotes, requestMessage } from './gateway.ts'

/** What the driver of one region's users needs. */
export type Driving = {
  plan: Plan
  clock: TrueClock
  dim: number
  emit: (event: RecordEvent) => void
  users: Map<RegionName, { terrain: UserTerrain; router: Router }>
  /** Set by Ctrl-C: nothing further is dispatched. */
  interrupted: () => boolean
}

/** Half a session is the client's: it brings along what its answers gave it, whichever region gave them. */
export class Sessions {
  private readonly tokens = new Map<string, Record<string, number>>()

  of(client: string): SessionToken {
    return this.tokens.get(client) ?? none
  }

  learn(client: string, token: SessionToken | undefined): void {
    if (!token) return
    const known = { ...this.tokens.get(client) }
    for (const [key, value] of Object.entries(token))
      known[key] = Math.max(value, known[key] ?? Number.NEGATIVE_INFINITY)
    this.tokens.set(client, known)
  }
}

const none: SessionToken = {}

/** What all operations of one run share. */
export type Shared = Driving & { sessions: Sessions }

/** One operation with all its attempts, from dispatch to its outcome. The deadline counts from the dispatch. */
export async function perform(
  driving: Shared,
  load: LoadPlan,
  operation: Operation,
): Promise<Outcome> {
  const { clock, emit } = driving
  const { op, client, region } = operation
  const deadlineUs = clock.now() + load.deadlineUs
  const { backoffUs, timeoutUs = 0 } = load.retry
  let definite = true
  for (let attempt = 1; ; attempt++) {
    const { terrain, router } = usersOf(driving, region)
    const gateway = router.gateway(client)
    if (attempt === 1) emit(started(load, operation, gateway ?? region, clock.now()))
    else emit({ type: 'op.try', t: clock.now(), op, attempt, gateway: gateway ?? region })
    const end = (rest: Pick<OpEnd, 'outcome'> & Partial<OpEnd>) =>
      emit({
        type: 'op.end',
        t: clock.now(),
        op,
        gateway: gateway ?? region,
        attempts: attempt,
        ...rest,
      })
    try {
      if (!gateway) throw new CallError('no healthy region', { definite: true })
      const leftUs = deadlineUs - clock.now()
      const attemptUs = timeoutUs > 0 ? Math.min(timeoutUs, leftUs) : leftUs
      const reply = await send(driving, terrain, gateway, operation, attemptUs)
      const { ids, writes, session } = reply
      driving.sessions.learn(client, session)
      const read = operation.kind === 'search' || operation.kind === 'fetch'
      end({ outcome: 'ok', ...(read && { ids, writes }), ...recordedNotes(reply) })
      return 'ok'
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      definite &&= error.definite
      // Without a time limit of its own an attempt ends with the operation.
      const again =
        attempt <= load.retry.max &&
        (timeoutUs > 0 || !(error instanceof DeadlineError)) &&
        clock.now() + backoffUs < deadlineUs
      if (!again) {
        const outcome = definite ? 'fail' : 'unknown'
        end({ outcome, error: error.message })
        return outcome
      }
      await clock.until(clock.now() + backoffUs)
    }
  }
}

async function send(
  { dim, sessions }: Shared,
  users: UserTerrain,
  gateway: RegionName,
  operation: Operation,
  deadlineUs: Us,
): Promise<Reply> {
  const request: Request = {
    ...wanted(operation),
    op: operation.op,
    client: operation.client,
    session: sessions.of(operation.client),
    deadlineUs,
  }
  const reply = await users.network.call(gateway, requestMessage(request, dim), deadlineUs)
  if (reply.kind !== OPERATION)
    throw new CallError(`odd answer "${reply.kind}"`, { definite: false })
  return reply.body as Reply
}

function wanted(operation: Operation) {
  switch (operation.kind) {
    case 'search':
      return { kind: operation.kind, query: operation.query, k: operation.k }
    case 'upsert':
      return { kind: operation.kind, id: operation.id, row: operation.row }
    default:
      return { kind: operation.kind, id: operation.id }
  }
}

function started(
  { closedLoop }: LoadPlan,
  operation: Operation,
  gateway: RegionName,
  t: Us,
): RecordEvent {
  const { op, client, region, intendedUs: intended } = operation
  const asked = wanted(operation)
  const closed = closedLoop && { closed: true as const }
  return { type: 'op.start', t, op, client, region, gateway, intended, ...closed, ...asked }
}

function usersOf({ users }: Driving, region: RegionName) {
  const here = users.get(region)
  invariant(here !== undefined, () => `no users in region ${region}`)
  return here
}
