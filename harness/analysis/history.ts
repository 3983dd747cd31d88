import type { FigureEvent } from '../model/figure.ts'
import type { OperationKind, Outcome } from '../model/operation.ts'
import type { Plan } from '../model/plan.ts'
import type { PointId, Row, WriteId } from '../model/point.ts'
import { SENTINEL_ID } from '../model/point.ts'
import type {
  AgentEvent,
  EndEvent,
  FaultEvent,
  HopEvent,
  LinkBytesEvent,
  OpEnd,
  OpShed,
  OpStart,
  OpTry,
  PlanEvent,
  ProbeEvent,
  RecordEvent,
  ScanEvent,
  StoreEvent,
} from '../model/record.ts'
import type { RegionName, Us } from '../model/units.ts'
import { type CutOff, type ReadEnd, RecordError, readRecord } from '../record/reader.ts'

/** One operation with everything the record says of it. Absent numbers are -1, absent times null. */
export type Op = {
  op: WriteId
  kind: OperationKind
  client: string
  /** Where the client is. */
  region: RegionName
  /** Who answered; before there is an answer, who was asked last. */
  gateway: RegionName
  /** Everyone who was asked, in order. */
  asked: RegionName[]
  intended: Us
  /** null if it was shed. */
  dispatched: Us | null
  /** null while it runs, and if it was shed. */
  done: Us | null
  outcome: Outcome | null
  error: string
  shed: OpShed['reason'] | null
  query: Row
  k: number
  id: PointId
  row: Row
  ids: readonly PointId[]
  writes: readonly WriteId[]
  cacheAge: Us | null
  line: number
  /** Line of its end; 0 if there is none. */
  endLine: number
}

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
  end: EndEvent | null
  cutOff: CutOff | null
  /** Whole lines. */
  lines: number
  /** Time of the last event: what has not happened by then is censored there. */
  endUs: Us
}

/** Reads a record from a file. Throws RecordError. */
export function readHistory(path: string): History {
  return collectHistory((take) => readRecord(path, take))
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
    end: null,
    cutOff: null,
    lines: 0,
    endUs: 0,
  }
}

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
    case 'probe':
      history.probes.push({ ...event, line })
      break
    case 'scan':
      history.scans.push({ ...event, line })
      break
    case 'fault':
      history.faults.push({ ...event, line })
      break
    case 'agent':
      history.agents.push({ ...event, line })
      break
    case 'store':
      history.stores.push({ ...event, line })
      break
    case 'link.bytes':
      history.linkBytes.push({ ...event, line })
      break
    case 'figure':
      history.figures.push({ ...event, line })
      break
    case 'end':
      history.end = event
      break
    case 'canary':
    case 'mirror':
    case 'commit':
    case 'tombstones':
    case 'log':
      break
    default:
      throw unknownEvent(event, line)
  }
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

const none: readonly number[] = []

/** All fields in one literal: operations of one shape are read several times faster. */
function started(event: OpStart, line: number): Op {
  return {
    op: event.op,
    kind: event.kind,
    client: event.client,
    region: event.region,
    gateway: event.gateway,
    asked: [event.gateway],
    intended: event.intended,
    dispatched: event.t,
    done: null,
    outcome: null,
    error: '',
    shed: null,
    query: event.query ?? -1,
    k: event.k ?? -1,
    id: event.id ?? -1,
    row: event.row ?? -1,
    ids: none,
    writes: none,
    cacheAge: null,
    line,
    endLine: 0,
  }
}

function shed(event: OpShed, line: number): Op {
  const { op, kind, client, region, intended, id } = event
  const asIfStarted = { type: 'op.start' as const, t: 0, op, kind, client, region, intended, id }
  return {
    ...started({ ...asIfStarted, gateway: region }, line),
    asked: [],
    dispatched: null,
    shed: event.reason,
  }
}

function tried(op: Op, event: OpTry): void {
  op.asked.push(event.gateway)
  op.gateway = event.gateway
}

function ended(op: Op, event: OpEnd, line: number): void {
  op.done = event.t
  op.outcome = event.outcome
  op.gateway = event.gateway
  op.error = event.error ?? ''
  op.ids = event.ids ?? none
  op.writes = event.writes ?? none
  op.cacheAge = event.cacheAge ?? null
  op.endLine = line
}
