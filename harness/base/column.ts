import { invariant } from './invariant.ts'

/** What a column holds its numbers in. */
type Numbers = Int32Array | Float64Array | Uint8Array

const LEAST = 64

/**
 * Numbers that are appended and never removed, a few bytes each: one field of the rows of a table. Of an array of
 * objects the garbage collector walks every one again and again.
 */
export class Column {
  values: Numbers
  length = 0

  /** `values` says which type the numbers have, and is filled first. */
  constructor(values: Numbers) {
    this.values = values
  }

  push(value: number): void {
    if (this.length === this.values.length) this.grow()
    this.set(this.length, value)
    this.length++
  }

  /**
   * Replaces the number at `at`. One that its type cannot hold would come back as another: then all are kept in a wider
   * one, as where a damaged store gives a number that nobody wrote. What is no number is refused.
   */
  set(at: number, value: number): void {
    this.values[at] = value
    if (Object.is(this.values[at], value) || this.values[at] === value) return
    invariant(typeof value === 'number', () => `${value} in a column of numbers`)
    this.values = Float64Array.from(this.values)
    this.values[at] = value
  }

  private grow(): void {
    const Same = this.values.constructor as new (length: number) => Numbers
    const larger = new Same(Math.max(LEAST, 2 * this.values.length))
    larger.set(this.values)
    this.values = larger
  }
}

/** Numbers so far beyond all others are not counted up to: a damaged store may give any. */
const FAR = 1 << 20

/** Where what has a number stands: numbers count from 0 or 1 and are dense, or nearly so. */
export class Places {
  private places = new Int32Array(LEAST).fill(-1)
  private readonly far = new Map<number, number>()

  /** -1 if nothing with this number stands anywhere. */
  of(number: number): number {
    const place = this.places[number] ?? -1
    return place < 0 && this.far.size > 0 ? (this.far.get(number) ?? -1) : place
  }

  set(number: number, place: number): void {
    if (number < 0 || number >= 2 * this.places.length + FAR) {
      this.far.set(number, place)
      return
    }
    if (number >= this.places.length) {
      const larger = new Int32Array(Math.max(number + 1, 2 * this.places.length)).fill(-1)
      larger.set(this.places)
      this.places = larger
    }
    this.places[number] = place
  }
}

/** Integers of 32 bits. */
export const int32s = () => new Column(new Int32Array(0))
/** Any numbers; NaN says that there is none. */
export const float64s = () => new Column(new Float64Array(0))
/** Integers of 0 to 255. */
export const uint8s = () => new Column(new Uint8Array(0))

/** Values that come again and again, each kept once and named by a number from 0 on. */
export class Dictionary<T> {
  private readonly codes = new Map<string, number>()
  private readonly values: T[] = []

  /** The number of a value that `key` tells from all others. */
  code(key: string, value: T): number {
    let code = this.codes.get(key)
    if (code === undefined) {
      code = this.values.length
      this.codes.set(key, code)
      this.values.push(value)
    }
    return code
  }

  value(code: number): T {
    return this.values[code] as T
  }
}
