import { invariant } from '../../base/invariant.ts'
import type { Change, Row } from '../../model/point.ts'

/** The first byte of every value: raised when the layout changes. */
const LAYOUT = 2
/** Everything but the origins and the vector, in bytes. */
const FIXED = 46
/** The length of an origin takes one byte. */
const LONGEST_ORIGIN = 255
const NO_SHARD = -1

/**
 * A change as the key and value of a Kafka record. The value holds the real float32 vector, so that logs, mirrors and
 * links carry what they would carry in earnest; a tombstone has none. All numbers little-endian:
 * layout u8, deleted u8, lengths of stamp.origin and origin u8 each, dimensions u16, row i32, then f64 (exact for
 * every safe integer): id, write, stamp.wallUs, stamp.counter; shard i32, -1 for none; then both origins, then the vector.
 */
export function encodeChange(
  change: Change,
  vectorOf: (row: Row) => Float32Array,
): { key: string; value: Buffer } {
  const { id, row, write, stamp, deleted, shard = NO_SHARD } = change
  const stampOrigin = Buffer.from(stamp.origin)
  const origin = Buffer.from(change.origin)
  invariant(
    stampOrigin.length <= LONGEST_ORIGIN && origin.length <= LONGEST_ORIGIN,
    `the name of region ${change.origin} is longer than ${LONGEST_ORIGIN} bytes`,
  )
  const vector = deleted ? new Float32Array(0) : vectorOf(row)
  const fixed = Buffer.alloc(FIXED)
  fixed.writeUInt8(LAYOUT, 0)
  fixed.writeUInt8(deleted ? 1 : 0, 1)
  fixed.writeUInt8(stampOrigin.length, 2)
  fixed.writeUInt8(origin.length, 3)
  fixed.writeUInt16LE(vector.length, 4)
  fixed.writeInt32LE(row, 6)
  fixed.writeDoubleLE(id, 10)
  fixed.writeDoubleLE(write, 18)
  fixed.writeDoubleLE(stamp.wallUs, 26)
  fixed.writeDoubleLE(stamp.counter, 34)
  fixed.writeInt32LE(shard, 42)
  const floats = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength)
  return { key: String(id), value: Buffer.concat([fixed, stampOrigin, origin, floats]) }
}

/** Throws where the value is not what `encodeChange` makes: nobody else writes to our topics. */
export function decodeChange(value: Buffer): Change {
  invariant(
    value.length >= FIXED && value.readUInt8(0) === LAYOUT,
    `a record of ${value.length} bytes is no change`,
  )
  const stampEnd = FIXED + value.readUInt8(2)
  const originEnd = stampEnd + value.readUInt8(3)
  const length = originEnd + value.readUInt16LE(4) * 4
  invariant(
    value.length === length,
    () => `a change of ${value.length} bytes says it has ${length}`,
  )
  const shard = value.readInt32LE(42)
  return {
    id: value.readDoubleLE(10),
    row: value.readInt32LE(6),
    write: value.readDoubleLE(18),
    stamp: {
      wallUs: value.readDoubleLE(26),
      counter: value.readDoubleLE(34),
      origin: value.toString('utf8', FIXED, stampEnd),
    },
    deleted: value.readUInt8(1) === 1,
    origin: value.toString('utf8', stampEnd, originEnd),
    ...(shard !== NO_SHARD && { shard }),
  }
}
