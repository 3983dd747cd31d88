import { invariant } from '../base/invariant.ts'
import type { Operation } from '../model/operation.ts'
import type { LoadPlan, Plan } from '../model/plan.ts'
import type { OpEnd, RecordEvent } from '../model/record.ts'
import type { RegionName, Us } from '../model/units.ts'
import { CallError, DeadlineError } from '../ports/errors.ts'
import { OPERATION, type Router, type UserTerrain } from '../ports/system.ts'
import type { TrueClock } from '../ports/world.ts'
import { type Reply, type Request, recordedNotes, requestMessage } from './gateway.ts'
import { Sessions } from './sessions.ts'

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

/** What the lanes of one run share. */
type Shared = Driving & { sessions: Sessions }

/**
 * Sends every operation at its intended time, whatever became of the others: open loop. Settles when all are
 * answered or given up.
 */
export async function drive(driving: Driving, operations: readonly Operation[]): Promise<void> {
  const shared = { ...driving, sessions: new Sessions() }
  const lanes = new Map(driving.plan.load.map((load) => [load.region, new Lane(shared, load)]))
  for (const operation of operations) {
    await driving.clock.until(operation.intendedUs)
    if (driving.interrupted()) break
    const lane = lanes.get(operation.region)
    invariant(lane !== undefined, `operation ${operation.op} in a region without load`)
    lane.admit(operation)
  }
  await Promise.all([...lanes.values()].map((lane) => lane.drained()))
}

/** The users of one region, and how many operations they may have in flight. */
class Lane {
  private running = 0
  private readonly queue: Operation[] = []
  private readonly work = new Set<Promise<void>>()

  constructor(
    private readonly driving: Shared,
    private readonly load: LoadPlan,
  ) {}

  admit(operation: Operation): void {
    if (this.running < this.load.inFlight.max) this.begin(operation)
    else if (this.load.inFlight.onFull === 'queue') this.queue.push(operation)
    else this.shed(operation, 'in-flight cap')
  }

  async drained(): Promise<void> {
    while (this.work.size > 0) await Promise.all(this.work)
    for (const operation of this.queue) this.shed(operation, 'run ended')
  }

  private begin(operation: Operation): void {
    this.running++
    const work = perform(this.driving, this.load, operation).then(() => {
      this.work.delete(work)
      this.running--
      const next = this.driving.interrupted() ? undefined : this.queue.shift()
      if (next) this.begin(next)
    })
    this.work.add(work)
  }

  private shed(operation: Operation, reason: 'in-flight cap' | 'run ended'): void {
    const { op, kind, client, region, intendedUs } = operation
    this.driving.emit({
      type: 'op.shed',
      t: this.driving.clock.now(),
      op,
      kind,
      client,
      region,
      intended: intendedUs,
      reason,
      ...('id' in operation && { id: operation.id }),
    })
  }
}

/** One operation with all its attempts, from dispatch to outcome. The deadline counts from the dispatch. */
async function perform(driving: Shared, load: LoadPlan, operation: Operation): Promise<void> {
  const { clock, emit } = driving
  const { op, client, region } = operation
  const deadlineUs = clock.now() + load.deadlineUs
  const { backoffUs, timeoutUs = 0 } = load.retry
  let definite = true
  for (let attempt = 1; ; attempt++) {
    const { terrain, router } = usersOf(driving, region)
    const gateway = router.gateway(client)
    if (attempt === 1) emit(started(operation, gateway ?? region, clock.now()))
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
      return
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      definite &&= error.definite
      // Without a time limit of its own an attempt ends with the operation.
      const again =
        attempt <= load.retry.max &&
        (timeoutUs > 0 || !(error instanceof DeadlineError)) &&
        clock.now() + backoffUs < deadlineUs
      if (!again) {
        end({ outcome: definite ? 'fail' : 'unknown', error: error.message })
        return
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

function started(operation: Operation, gateway: RegionName, t: Us): RecordEvent {
  const { op, client, region, intendedUs } = operation
  const asked = wanted(operation)
  return { type: 'op.start', t, op, client, region, gateway, intended: intendedUs, ...asked }
}

function usersOf({ users }: Driving, region: RegionName) {
  const here = users.get(region)
  invariant(here !== undefined, `no users in region ${region}`)
  return here
}
