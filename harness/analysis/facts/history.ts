import { dirname, join } from 'node:path'
import type { HealthLine } from '../../model/health.ts'
import type { Plan } from '../../model/plan.ts'
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
  LinkBytesEvent,
  LogEvent,
  MirrorEvent,
  ModeEvent,
  OpEnd,
  OpShed,
  OpStart,
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
import { Hops } from './hops.ts'
import type { Op } from './op.ts'
import { Ops } from './ops.ts'

/** An event and the line it stands on. */
export type Lined<T> = T & { line: number }

/** A record in memory, by what its events are about, each in order of the record. */
export type History = {
  plan: Plan
  faultline: string
  ops: Ops
  hops: Hops
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
    ops: new Ops(),
    hops: new Hops(),
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
    case 'op.shed':
      begin(history.ops, event, line)
      break
    case 'op.try':
      if (!history.ops.retry(event)) throw neverBegan(event, line)
      break
    case 'op.end':
      if (!history.ops.end(event, line)) throw neverBegan(event, line)
      break
    case 'hop':
      if (event.id !== SENTINEL_ID) history.hops.add(event, line)
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

function begin(ops: Ops, event: OpStart | OpShed, line: number): void {
  if (ops.has(event.op))
    throw new RecordError(`line ${line}: operation ${event.op} begins a second time`)
  if (event.type === 'op.start') ops.start(event, line)
  else ops.drop(event, line)
}

const neverBegan = ({ type, op }: OpTry | OpEnd, line: number): RecordError =>
  new RecordError(`line ${line}: ${type} of operation ${op}, which never began`)
