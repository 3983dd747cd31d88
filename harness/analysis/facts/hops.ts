import { Dictionary, float64s, int32s, uint8s } from '../../base/column.ts'
import { Rows } from '../../base/rows.ts'
import type { PointId, WriteId } from '../../model/point.ts'
import type { HopEvent } from '../../model/record.ts'
import type { RegionName, Us } from '../../model/units.ts'

/** A hop and the line of the record it stands on. */
export type Hop = Readonly<HopEvent> & { readonly line: number }

const NONE = -1
const TIE = 1
const DROPPED = 2

/** Every hop of a record, in its order; there are several for each write in each region. */
export class Hops extends Rows<Hop> {
  readonly names = new Dictionary<string>()
  readonly t = float64s()
  readonly hop = int32s()
  readonly region = int32s()
  readonly from = int32s()
  readonly write = int32s()
  readonly id = int32s()
  readonly partition = int32s()
  readonly offset = float64s()
  readonly incarnation = int32s()
  readonly shard = int32s()
  readonly flags = uint8s()
  readonly line = int32s()

  add(event: HopEvent, line: number): void {
    this.t.push(event.t)
    this.hop.push(this.names.code(event.hop, event.hop))
    this.region.push(this.names.code(event.region, event.region))
    this.from.push(event.from === undefined ? NONE : this.names.code(event.from, event.from))
    this.write.push(event.write)
    this.id.push(event.id)
    this.partition.push(event.partition ?? NONE)
    this.offset.push(event.offset ?? NONE)
    this.incarnation.push(event.incarnation ?? NONE)
    this.shard.push(event.shard ?? NONE)
    this.flags.push((event.tie ? TIE : 0) | (event.dropped ? DROPPED : 0))
    this.line.push(line)
  }

  get length(): number {
    return this.line.length
  }

  at(index: number): Hop {
    return new HopRow(this, index)
  }
}

class HopRow implements Hop {
  private readonly all: Hops
  private readonly index: number

  constructor(all: Hops, index: number) {
    this.all = all
    this.index = index
  }

  get type() {
    return 'hop' as const
  }

  get t(): Us {
    return this.all.t.values[this.index] as number
  }

  get hop(): HopEvent['hop'] {
    const { names, hop } = this.all
    return names.value(hop.values[this.index] as number) as HopEvent['hop']
  }

  get region(): RegionName {
    const { names, region } = this.all
    return names.value(region.values[this.index] as number)
  }

  get from(): RegionName | undefined {
    const { names, from } = this.all
    const code = from.values[this.index] as number
    return code === NONE ? undefined : names.value(code)
  }

  get write(): WriteId {
    return this.all.write.values[this.index] as number
  }

  get id(): PointId {
    return this.all.id.values[this.index] as number
  }

  get partition(): number | undefined {
    return present(this.all.partition.values[this.index])
  }

  get offset(): number | undefined {
    return present(this.all.offset.values[this.index])
  }

  get incarnation(): number | undefined {
    return present(this.all.incarnation.values[this.index])
  }

  get shard(): number | undefined {
    return present(this.all.shard.values[this.index])
  }

  get tie(): true | undefined {
    return (this.all.flags.values[this.index] as number) & TIE ? true : undefined
  }

  get dropped(): true | undefined {
    return (this.all.flags.values[this.index] as number) & DROPPED ? true : undefined
  }

  get line(): number {
    return this.all.line.values[this.index] as number
  }
}

const present = (value: number | undefined): number | undefined =>
  value === NONE ? undefined : value
