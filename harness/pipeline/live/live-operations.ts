import { type Family, family } from '../../../reports/export/families.ts'
import type { Operation, OperationKind } from '../../model/operation.ts'
import type { Plan } from '../../model/plan.ts'
import type { OpEnd, OpStart, RecordEvent } from '../../model/record.ts'
import type { RegionName, Us } from '../../model/units.ts'
import { DueOperations } from './due-operations.ts'
import { ResponseBuckets } from './response-buckets.ts'
import { Tally } from './tally.ts'

const outcomes = ['ok', 'fail', 'unknown', 'shed'] as const

/** Operations that were sent, that ended and how, and how long they took. */
export class LiveOperations {
  private readonly running = new Map<number, OpStart>()
  private readonly started = new Tally()
  private readonly ended = new Tally()
  private readonly regions: ReadonlySet<RegionName>
  private readonly due: DueOperations
  private readonly responses = {
    search: new ResponseBuckets(),
    fetch: new ResponseBuckets(),
    write: new ResponseBuckets(),
  }

  /** Who is read from the first scrape on finds a 0, and not nothing: a rate needs both ends. */
  constructor(plan: Plan) {
    this.regions = new Set(plan.load.map(({ region }) => region))
    this.due = new DueOperations([...this.regions])
    for (const { region, operation } of wantedOf(plan)) {
      this.started.add({ region, operation }, 0)
      for (const outcome of outcomes) this.ended.add({ region, operation, outcome }, 0)
    }
  }

  /** What the run wants, in the order of intended times: told before it begins. */
  expect(operations: readonly Operation[]): void {
    this.due.expect(operations)
  }

  see(event: RecordEvent): void {
    this.due.see(event)
    if (event.type === 'op.start') {
      this.running.set(event.op, event)
      this.started.add(placeOf(event))
    }
    if (event.type === 'op.end') this.ends(event)
    if (event.type === 'op.shed') this.ended.add({ ...placeOf(event), outcome: 'shed' })
  }

  families(nowUs: Us): Family[] {
    const running = new Tally()
    for (const region of this.regions) running.set({ region }, 0)
    for (const { region } of this.running.values()) running.add({ region })
    return [
      this.started.counter('operations_started', 'operations that were sent'),
      this.ended.counter(
        'operations',
        'operations that have ended; outcome is ok, fail, unknown (no answer in time) or shed',
      ),
      running.gauge('operations_running', 'operations that were sent and have not ended'),
      this.due.inFlight(nowUs),
      ...this.histograms(),
    ]
  }

  private ends({ op, t, outcome }: OpEnd): void {
    const start = this.running.get(op)
    if (!start) return
    this.running.delete(op)
    const { kind, region, intended, closed } = start
    this.ended.add({ ...placeOf(start), outcome })
    // As alerting rules count: what certainly failed took no time, and in a closed loop there is no response time.
    if (outcome === 'fail' || closed) return
    const what = kind === 'search' || kind === 'fetch' ? kind : 'write'
    this.responses[what].see(region, t - intended)
  }

  private histograms(): Family[] {
    const about = 'by the region of the user: intended start to answer, once it is there'
    const who = { search: 'searches', fetch: 'fetches by id', write: 'upserts and deletes' }
    return (['search', 'fetch', 'write'] as const).map((what) => {
      const help = `${who[what]} ${about}`
      const type = 'histogram'
      const made = family(`live_${what}_response_seconds`, help, { type, unit: 'seconds' })
      this.responses[what].addTo(made)
      return made
    })
  }
}

const placeOf = ({ region, kind }: { region: RegionName; kind: OperationKind }) => ({
  region,
  operation: kind,
})

/** Kinds of operations that each region is to have. */
const wantedOf = ({ load }: Plan): { region: RegionName; operation: OperationKind }[] =>
  load.flatMap((one) => {
    const kinds: [OperationKind, boolean][] = [
      ['search', one.closedLoop !== undefined || one.searchPerSec > 0],
      ['fetch', one.fetchPerSec > 0 || one.fetchOwn > 0],
      ['upsert', one.upsertPerSec > 0],
      ['delete', one.deletePerSec > 0],
    ]
    return kinds
      .filter(([, wanted]) => wanted)
      .map(([operation]) => ({ region: one.region, operation }))
  })
