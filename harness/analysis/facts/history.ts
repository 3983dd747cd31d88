import { dirname, join } from 'node:path'
import type { HealthLine } from '../../model/health.ts'
import type { Plan } from '../../model/plan.ts'
import type { WriteId } from '../../model/point.ts'
import { SENTINEL_ID } from '../../model/point.ts'
import type {
  AgentEvent,
  CanaryEvent,
  CarriedEvent,
  CommitEvent,
  EndEvent,
  EpochEvent,
  FaultEvent,
  FigureEvent,
  HopEvent,
  LinkBytesEvent,
  LogEvent,
  MirrorEvent,
  ModeEvent,
  OpEnd,
  OpTry,
  PlanEvent,
  ProbeEvent,
  RecordEvent,
  RepairEvent,
  ScanEvent,
  StoreEvent,
  TombstoneEvent,
} from '../../model/record.ts'
import type { Us } from '../../model/units.ts'
import { readHealth } from '../../record/health-log.ts'
import { type CutOff, type ReadEnd, RecordError, readRecord } from '../../record/reader.ts'
import { ended, type Op, shed, started, tried } from './op.ts'

/** An event and the line it stands on. */
export type Lined<T> = T & { line: number }

/** A record in memory, by what its events are about, each in order of the record. */
export type History = {
  plan: Plan
  faultline: string
  ops: Op[]
  byOp: Map<WriteId, Op>
  hops: Lined<HopEvent>[]
  scans: Lined<ScanEvent>[]
  probes: Lined<ProbeEvent>[]
  faults: Lined<FaultEvent>[]
  agents: Lined<AgentEvent>[]
  stores: Lined<StoreEvent>[]
  linkBytes: Lined<LinkBytesEvent>[]
  figures: Lined<FigureEvent>[]
  mirrors: Lined<MirrorEvent>[]
  commits: Lined<CommitEvent>[]
  logs: Lined<LogEvent>[]
  tombstones: Lined<TombstoneEvent>[]
  epochs: Lined<EpochEvent>[]
  repairs: Lined<RepairEvent>[]
  modes: Lined<ModeEvent>[]
  carried: Lined<CarriedEvent>[]
  /** How the machine did, by wall clock: none in the simulator. */
  health: readonly HealthLine[]
  canaries: Lined<CanaryEvent>[]
  end: EndEvent | null
  cutOff: CutOff | null
  /** Whole lines. */
  lines: number
  /** Time of the last event: what has not happened by then is censored there. */
  endUs: Us
}

/** Whether the record stops while an operation runs: nobody can say how it would have ended. */
export const isOpen = ({ end }: History, { done, shed: dropped }: Op): boolean =>
  done === null && dropped === null && end?.how !== 'complete'

/** Reads a record from a file. Throws RecordError. */
export function readHistory(path: string): History {
  const history = collectHistory((take) => readRecord(path, take))
  // A simulation's health is that of the harness alone, and no verdict depends on it.
  if (history.plan.world === 'sim') return history
  return { ...history, health: readHealth(join(dirname(path), 'health.jsonl')) }
}

/** Gathers a history from events as `feed` hands them over, the plan first. */
export function collectHistory(
  feed: (take: (event: RecordEvent, line: number) => void) => ReadEnd,
): History {
  let history: History | null = null
  const end = feed((event, line) => {
    if (event.type === 'plan') history = emptyHistory(event)
    else if (history) take(history, event, line)
  })
  const whole = history as History | null
  if (!whole) throw new RecordError('a record begins with a line of type "plan"; this one has none')
  whole.lines = end.lines
  whole.endUs = end.lastUs
  whole.cutOff = end.cutOff
  return whole
}

function emptyHistory({ plan, faultline }: PlanEvent): History {
  return {
    plan,
    faultline,
    ops: [],
    byOp: new Map(),
    hops: [],
    scans: [],
    probes: [],
    faults: [],
    agents: [],
    stores: [],
    linkBytes: [],
    figures: [],
    mirrors: [],
    commits: [],
    logs: [],
    tombstones: [],
    epochs: [],
    repairs: [],
    modes: [],
    carried: [],
    health: [],
    canaries: [],
    end: null,
    cutOff: null,
    lines: 0,
    endUs: 0,
  }
}

/** Where events go that are kept as they are. */
const kept = {
  probe: 'probes',
  scan: 'scans',
  fault: 'faults',
  agent: 'agents',
  store: 'stores',
  'link.bytes': 'linkBytes',
  figure: 'figures',
  mirror: 'mirrors',
  commit: 'commits',
  log: 'logs',
  tombstones: 'tombstones',
  epoch: 'epochs',
  repair: 'repairs',
  mode: 'modes',
  carried: 'carried',
  canary: 'canaries',
} as const satisfies Partial<Record<RecordEvent['type'], keyof History>>

function take(history: History, event: Exclude<RecordEvent, PlanEvent>, line: number): void {
  switch (event.type) {
    case 'op.start':
      addOp(history, started(event, line))
      break
    case 'op.shed':
      addOp(history, shed(event, line))
      break
    case 'op.try':
      tried(opOf(history, event, line), event)
      break
    case 'op.end':
      ended(opOf(history, event, line), event, line)
      break
    case 'hop':
      if (event.id !== SENTINEL_ID) history.hops.push({ ...event, line })
      break
    case 'end':
      history.end = event
      break
    default:
      keep(history, event, line)
  }
}

function keep(
  history: History,
  event: Extract<RecordEvent, { type: keyof typeof kept }>,
  line: number,
): void {
  const place = kept[event.type]
  if (!place) throw unknownEvent(event as never, line)
  const list = history[place] as Lined<typeof event>[]
  list.push({ ...event, line })
}

function unknownEvent(event: never, line: number): RecordError {
  const { type } = event as { type: string }
  return new RecordError(
    `line ${line}: unknown type of event "${type}". Was the record written by a newer Faultline?`,
  )
}

function addOp(history: History, op: Op): void {
  if (history.byOp.has(op.op))
    throw new RecordError(`line ${op.line}: operation ${op.op} begins a second time`)
  history.ops.push(op)
  history.byOp.set(op.op, op)
}

function opOf(history: History, event: OpTry | OpEnd, line: number): Op {
  const op = history.byOp.get(event.op)
  if (op) return op
  throw new RecordError(`line ${line}: ${event.type} of operation ${event.op}, which never began`)
}
