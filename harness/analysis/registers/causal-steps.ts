import type { WriteId } from '../../model/point.ts'
import type { Us } from '../../model/units.ts'
import type { Version } from '../facts/versions.ts'
import { eachPrecedence } from './precedence.ts'
import type { Read, Register } from './register.ts'

/** A write or a read of one id by one client, and what directly comes before it: in its session, or what it read. */
export type Step = {
  client: string
  from: Us
  to: Us
  /** What it wrote, or null for a read. */
  version: Version | null
  read: Read | null
  after: Step[]
  /** Its client's operations one after the other; of those that overlap each is in a lane of its own. */
  lane: number
  /** Its place in the lane, from 1. */
  place: number
  /** How far into each lane its causal past reaches, itself included; empty until it is known. */
  past: Int32Array
}

export type Steps = {
  /** Writes first. */
  all: Step[]
  byWrite: Map<WriteId, Step>
  lanes: Step[][]
}

const unknown = new Int32Array(0)

/**
 * All steps of a register in the order session ∪ reads-from. `sources` says of reads that found nothing which delete
 * they saw. A write that nobody answered and nobody read is left out: nobody can know of it.
 */
export function causalSteps(
  { versions, reads }: Register,
  sources: ReadonlyMap<Read, WriteId>,
): Steps {
  const met = new Set<WriteId>([...reads.map(({ shown }) => shown), ...sources.values()])
  const writes = versions.flatMap((version): Step[] => {
    const { op, write, inv, ack } = version
    if (!op || (ack === Number.POSITIVE_INFINITY && !met.has(write))) return []
    return [stepOf(op.client, inv, ack, { version, read: null })]
  })
  const byWrite = new Map(writes.map((step) => [step.version?.write as WriteId, step]))
  const answers = reads.map((read): Step => {
    const step = stepOf(read.op.client, read.from, read.to, { version: null, read })
    const source = byWrite.get(sources.get(read) ?? read.shown)
    if (source) step.after.push(source)
    return step
  })
  const all = [...writes, ...answers]
  return { all, byWrite, lanes: placed(all) }
}

function stepOf(client: string, from: Us, to: Us, what: Pick<Step, 'version' | 'read'>): Step {
  return { client, from, to, ...what, after: [], lane: -1, place: 0, past: unknown }
}

/** Puts each client's steps into as few lanes as they need, and orders them. */
function placed(all: readonly Step[]): Step[][] {
  const lanes: Step[][] = []
  const byClient = new Map<string, Step[]>()
  for (const step of all) {
    const mine = byClient.get(step.client)
    if (mine) mine.push(step)
    else byClient.set(step.client, [step])
  }
  for (const steps of byClient.values()) {
    steps.sort((a, b) => a.from - b.from || a.to - b.to)
    const mine: number[] = []
    for (const step of steps) {
      let lane = mine.find((one) => ((lanes[one] as Step[]).at(-1) as Step).to < step.from)
      if (lane === undefined) {
        lane = lanes.push([]) - 1
        mine.push(lane)
      }
      step.lane = lane
      step.place = (lanes[lane] as Step[]).push(step)
    }
    eachPrecedence(steps, (a, b) => {
      b.after.push(a)
    })
  }
  return lanes
}
