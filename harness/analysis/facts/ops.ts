import { Dictionary, float64s, int32s, Places, uint8s } from '../../base/column.ts'
import { Rows } from '../../base/rows.ts'
import type { OperationKind, Outcome } from '../../model/operation.ts'
import type { PointId, Row, WriteId } from '../../model/point.ts'
import type { OpEnd, OpShed, OpStart, OpTry } from '../../model/record.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { Op } from './op.ts'

/** No number, and the code of no name. */
const NONE = -1
/** No time. */
const NEVER = Number.NaN

const CLOSED = 1
const STALE = 2
const PARTIAL = 4

const nobody: readonly RegionName[] = []

/** Every operation of a record, in the order in which they began. */
export class Ops extends Rows<Op> {
  readonly names = new Dictionary<string>()
  readonly lists = new Dictionary<readonly RegionName[]>()
  readonly shardLists = new Dictionary<NonNullable<OpEnd['shards']>>()
  /** Answers one after the other: the ids of one, then its writes. */
  readonly answers = int32s()
  readonly op = int32s()
  readonly kind = int32s()
  readonly client = int32s()
  readonly region = int32s()
  readonly gateway = int32s()
  readonly asked = int32s()
  readonly intended = float64s()
  readonly dispatched = float64s()
  readonly done = float64s()
  readonly outcome = int32s()
  readonly error = int32s()
  readonly shed = int32s()
  readonly query = int32s()
  readonly k = int32s()
  readonly id = int32s()
  readonly row = int32s()
  readonly answer = int32s()
  readonly idCount = int32s()
  readonly writeCount = int32s()
  readonly cacheAge = float64s()
  readonly from = int32s()
  readonly shards = int32s()
  readonly flags = uint8s()
  readonly line = int32s()
  readonly endLine = int32s()
  /** By row: few operations are tried again. */
  readonly retried = new Map<number, readonly Us[]>()
  /** By number of the operation. */
  private readonly byOp = new Places()

  get length(): number {
    return this.line.length
  }

  at(index: number): Op {
    return new OpRow(this, index)
  }

  /** The operation with this number; undefined if none began with it. */
  of(op: WriteId): Op | undefined {
    const index = this.byOp.of(op)
    return index < 0 ? undefined : this.at(index)
  }

  has(op: WriteId): boolean {
    return this.byOp.of(op) >= 0
  }

  start(event: OpStart, line: number): void {
    const { gateway } = event
    this.begin(event, line)
    this.gateway.push(this.name(gateway))
    this.asked.push(this.list([gateway]))
    this.dispatched.push(event.t)
    this.shed.push(NONE)
    this.query.push(event.query ?? NONE)
    this.k.push(event.k ?? NONE)
    this.row.push(event.row ?? NONE)
    this.flags.push(event.closed ? CLOSED : 0)
  }

  drop(event: OpShed, line: number): void {
    this.begin(event, line)
    this.gateway.push(this.name(event.region))
    this.asked.push(this.list(nobody))
    this.dispatched.push(NEVER)
    this.shed.push(this.name(event.reason))
    this.query.push(NONE)
    this.k.push(NONE)
    this.row.push(NONE)
    this.flags.push(0)
  }

  /** Another attempt; false if no such operation began. */
  retry(event: OpTry): boolean {
    const index = this.byOp.of(event.op)
    if (index < 0) return false
    const asked = this.lists.value(this.asked.values[index] as number)
    this.asked.set(index, this.list([...asked, event.gateway]))
    this.gateway.set(index, this.name(event.gateway))
    this.retried.set(index, [...(this.retried.get(index) ?? nothing), event.t])
    return true
  }

  /** How it ended; false if no such operation began. */
  end(event: OpEnd, line: number): boolean {
    const index = this.byOp.of(event.op)
    if (index < 0) return false
    const { ids = [], writes = [], from, shards } = event
    this.done.set(index, event.t)
    this.outcome.set(index, this.name(event.outcome))
    this.gateway.set(index, this.name(event.gateway))
    this.error.set(index, this.name(event.error ?? ''))
    this.answer.set(index, this.answers.length)
    this.idCount.set(index, ids.length)
    this.writeCount.set(index, writes.length)
    for (const id of ids) this.answers.push(id)
    for (const write of writes) this.answers.push(write)
    this.cacheAge.set(index, event.cacheAge ?? NEVER)
    this.from.set(index, from ? this.list(from) : NONE)
    this.shards.set(index, shards ? this.shardLists.code(JSON.stringify(shards), shards) : NONE)
    const closed = (this.flags.values[index] as number) & CLOSED
    this.flags.set(index, closed | (event.stale ? STALE : 0) | (event.partial ? PARTIAL : 0))
    this.endLine.set(index, line)
    return true
  }

  /** What is known of any operation as it begins, and that nothing is known of its end. */
  private begin(event: OpStart | OpShed, line: number): void {
    this.byOp.set(event.op, this.length)
    this.op.push(event.op)
    this.kind.push(this.name(event.kind))
    this.client.push(this.name(event.client))
    this.region.push(this.name(event.region))
    this.intended.push(event.intended)
    this.id.push(event.id ?? NONE)
    this.line.push(line)
    this.done.push(NEVER)
    this.outcome.push(NONE)
    this.error.push(this.name(''))
    this.answer.push(0)
    this.idCount.push(0)
    this.writeCount.push(0)
    this.cacheAge.push(NEVER)
    this.from.push(NONE)
    this.shards.push(NONE)
    this.endLine.push(0)
  }

  private name(text: string): number {
    return this.names.code(text, text)
  }

  private list(regions: readonly RegionName[]): number {
    return this.lists.code(regions.join('\n'), regions)
  }
}

/** An operation as it is read: the numbers stay in the columns. */
class OpRow implements Op {
  private readonly all: Ops
  private readonly index: number

  constructor(all: Ops, index: number) {
    this.all = all
    this.index = index
  }

  get op(): WriteId {
    return this.all.op.values[this.index] as number
  }

  get kind(): OperationKind {
    const { names, kind } = this.all
    return names.value(kind.values[this.index] as number) as OperationKind
  }

  get client(): string {
    const { names, client } = this.all
    return names.value(client.values[this.index] as number)
  }

  get region(): RegionName {
    const { names, region } = this.all
    return names.value(region.values[this.index] as number)
  }

  get gateway(): RegionName {
    const { names, gateway } = this.all
    return names.value(gateway.values[this.index] as number)
  }

  get asked(): readonly RegionName[] {
    const { lists, asked } = this.all
    return lists.value(asked.values[this.index] as number)
  }

  get retriedUs(): readonly Us[] {
    return this.all.retried.get(this.index) ?? nothing
  }

  get intended(): Us {
    return this.all.intended.values[this.index] as number
  }

  get closed(): boolean {
    return ((this.all.flags.values[this.index] as number) & CLOSED) !== 0
  }

  get dispatched(): Us | null {
    return timeOf(this.all.dispatched.values[this.index] as number)
  }

  get done(): Us | null {
    return timeOf(this.all.done.values[this.index] as number)
  }

  get outcome(): Outcome | null {
    const { names, outcome } = this.all
    const code = outcome.values[this.index] as number
    return code === NONE ? null : (names.value(code) as Outcome)
  }

  get error(): string {
    const { names, error } = this.all
    return names.value(error.values[this.index] as number)
  }

  get shed(): OpShed['reason'] | null {
    const { names, shed } = this.all
    const code = shed.values[this.index] as number
    return code === NONE ? null : (names.value(code) as OpShed['reason'])
  }

  get query(): Row {
    return this.all.query.values[this.index] as number
  }

  get k(): number {
    return this.all.k.values[this.index] as number
  }

  get id(): PointId {
    return this.all.id.values[this.index] as number
  }

  get row(): Row {
    return this.all.row.values[this.index] as number
  }

  get ids(): readonly PointId[] {
    const { answer, idCount } = this.all
    const start = answer.values[this.index] as number
    return this.answered(start, idCount.values[this.index] as number)
  }

  get writes(): readonly WriteId[] {
    const { answer, idCount, writeCount } = this.all
    const start = (answer.values[this.index] as number) + (idCount.values[this.index] as number)
    return this.answered(start, writeCount.values[this.index] as number)
  }

  get cacheAge(): Us | null {
    return timeOf(this.all.cacheAge.values[this.index] as number)
  }

  get from(): readonly RegionName[] | null {
    const { lists, from } = this.all
    const code = from.values[this.index] as number
    return code === NONE ? null : lists.value(code)
  }

  get stale(): boolean {
    return ((this.all.flags.values[this.index] as number) & STALE) !== 0
  }

  get partial(): boolean {
    return ((this.all.flags.values[this.index] as number) & PARTIAL) !== 0
  }

  get shards(): OpEnd['shards'] | null {
    const { shardLists, shards } = this.all
    const code = shards.values[this.index] as number
    return code === NONE ? null : shardLists.value(code)
  }

  get line(): number {
    return this.all.line.values[this.index] as number
  }

  get endLine(): number {
    return this.all.endLine.values[this.index] as number
  }

  private answered(start: number, count: number): readonly number[] {
    if (count === 0) return nothing
    const { values } = this.all.answers
    const list = new Array<number>(count)
    for (let i = 0; i < count; i++) list[i] = values[start + i] as number
    return list
  }
}

const nothing: readonly number[] = []

const timeOf = (us: number): Us | null => (Number.isNaN(us) ? null : us)
