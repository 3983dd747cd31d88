import type { Plan } from '../../model/plan.ts'
import { longestFetchUs } from '../../model/transport.ts'
import { SECOND, type Us } from '../../model/units.ts'
import { counted } from '../../text/value.ts'
import { moment, seconds } from '../../text/wording.ts'
import type { Facts } from '../facts/facts.ts'
import { beganUs, overUs } from '../facts/faults.ts'
import { disturbs, type Mirroring, type Placed } from '../facts/mirroring.ts'
import { type Checker, conclude } from './finding.ts'

/** A stretch in which records waited in a source log and nothing arrived in the target. */
type Stop = { mirroring: Mirroring; waiting: Placed; fromUs: Us; toUs: Us; silentUs: Us }

/**
 * Where a log grows, its copies do too: nothing waits for longer than 10 s while nothing arrives, unless a fault that
 * explains it is in force. Where a restart, or a full fetch over a long link, takes more than half of that, twice as
 * long as it takes. A mirror may stand still without any error: nobody but this says so. `evidence` counts seconds, of
 * all mirrors together. Says nothing where there are no mirrors.
 */
export const replicationStopped: Checker = (facts) => {
  const { history, mirrorings } = facts
  if (mirrorings.length === 0) return null
  const allowed = mirrorings.map((one) => allowedSilenceUs(history.plan, one))
  const stops = mirrorings.flatMap((one, i) => stopsOf(one, facts, allowed[i] as Us))
  const evidence = mirrorings.reduce((sum, one) => sum + watchedSeconds(one, history.endUs), 0)
  const longest = Math.max(0, ...stops.map(({ silentUs }) => silentUs))
  return conclude({
    checker: 'replication-stopped',
    about: 'correctness',
    promised: true,
    evidence,
    violations: stops.length,
    witnesses: stops.slice(0, 8).map(({ mirroring, waiting, fromUs, toUs, silentUs }) => ({
      sentence:
        `Write ${waiting.write}, in the log of ${mirroring.from} since ${moment(waiting.t)}, waited, and nothing came ` +
        `to ${mirroring.to} from ${moment(fromUs)} to ${moment(toUs)}: ${seconds(silentUs)} without a fault that ` +
        'explains it.',
      lines: [waiting.line],
    })),
    held: `Mirrors never stopped for more than ${seconds(Math.max(...allowed))} while records waited (${counted(evidence, 'second')} looked at).`,
    broken: `Mirrors stopped ${counted(stops.length, 'time')} without a cause, for up to ${seconds(longest)}.`,
    unseen: 'No log that a mirror copies ever grew.',
  })
}

function allowedSilenceUs(plan: Plan, { from, to }: Mirroring): Us {
  const { mirror, log } = plan.profile
  const link = plan.links.find((other) => other.from === from && other.to === to)
  const fetchUs = link ? longestFetchUs(plan, link) : 0
  return Math.max(10 * SECOND, 2 * mirror.restartUs, 2 * log.restartUs, 2 * fetchUs)
}

/** From the first record on. */
function watchedSeconds({ records: [first] }: Mirroring, endUs: Us): number {
  return first ? Math.floor((endUs - first.t) / SECOND) : 0
}

function stopsOf(mirroring: Mirroring, facts: Facts, allowedUs: Us): Stop[] {
  const waiting = new Waiting()
  const stops: Stop[] = []
  let sinceUs = 0
  const close = (toUs: Us) => {
    const first = waiting.first()
    if (!first) return
    const silentUs = unexplainedUs(sinceUs, toUs, mirroring, facts)
    if (silentUs > allowedUs)
      stops.push({ mirroring, waiting: first, fromUs: sinceUs, toUs, silentUs })
  }
  const lost = [...mirroring.lostUs]
  // What was lost with its disk waits no more.
  const forget = (us: Us) => {
    while ((lost[0] ?? Number.POSITIVE_INFINITY) <= us) {
      close(lost.shift() as Us)
      waiting.clear()
    }
  }
  for (const [us, record, source] of inOrder(mirroring)) {
    forget(us)
    if (source) {
      close(us)
      waiting.passed(source)
      sinceUs = us
    } else {
      if (!waiting.first()) sinceUs = us
      waiting.add(record)
    }
  }
  forget(facts.history.endUs)
  close(facts.history.endUs)
  return stops
}

/** Records as they were logged, and copies with their source, in order of time. */
function inOrder({ records, copies }: Mirroring): [Us, Placed, Placed | null][] {
  const events: [Us, Placed, Placed | null][] = [
    ...records.map((record): [Us, Placed, null] => [record.t, record, null]),
    ...copies.map(({ hop, source }): [Us, Placed, Placed] => [hop.t, hop, source]),
  ]
  return events.sort(([a, one], [b, two]) => a - b || one.line - two.line)
}

/** Records nobody has copied yet; what a later copy of their partition went past does not wait any more. */
class Waiting {
  private readonly queues = new Map<number, { records: Placed[]; next: number }>()

  add(record: Placed): void {
    const queue = this.queues.get(record.lane) ?? { records: [], next: 0 }
    this.queues.set(record.lane, queue)
    queue.records.push(record)
  }

  passed({ lane, offset }: Placed): void {
    const queue = this.queues.get(lane)
    if (!queue) return
    while ((queue.records[queue.next]?.offset ?? Number.POSITIVE_INFINITY) <= offset) queue.next++
  }

  clear(): void {
    this.queues.clear()
  }

  first(): Placed | undefined {
    let first: Placed | undefined
    for (const { records, next } of this.queues.values()) {
      const record = records[next]
      if (record && (!first || record.t < first.t)) first = record
    }
    return first
  }
}

/** The part of a stretch in which no fault on the mirror's way was in force. */
function unexplainedUs(fromUs: Us, toUs: Us, mirroring: Mirroring, { faults }: Facts): Us {
  const inForce = faults
    .filter(({ plan, injecting }) => injecting !== null && disturbs(plan, mirroring))
    .map((fault) => ({ fromUs: beganUs(fault) ?? 0, toUs: overUs(fault) }))
    .sort((a, b) => a.fromUs - b.fromUs)
  let left = toUs - fromUs
  let doneUs = fromUs
  for (const fault of inForce) {
    const start = Math.max(doneUs, fault.fromUs)
    const end = Math.min(toUs, fault.toUs)
    if (end > start) left -= end - start
    doneUs = Math.max(doneUs, end)
  }
  return left
}
