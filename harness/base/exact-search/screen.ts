import { Candidates } from './candidates.ts'
import type { Vectors } from './distance.ts'
import { FLOAT64_LOSS, type Frame, intoFrame } from './frame.ts'
import {
  ASKED_BYTES,
  attachKernel,
  FACTS_BYTES,
  GROUP,
  HIT_BYTES,
  type Kernel,
  openKernel,
  PANEL,
  Places,
  type SharedMemory,
  TILE_BYTES,
} from './kernel.ts'
import { LONGEST, SHORTEST, writeWholeNumbers } from './whole-numbers.ts'

/** Queries that are searched in one pass over the rows. */
export const BATCH = 256
/** Bytes of rows that all queries of a batch see before the next rows: they stay in the second-level cache. */
const BLOCK_BYTES = 98_304
/** What float32 may lose in the few steps of the kernel: eight roundings of 2^-24, and spare. */
const FLOAT32_LOSS = 1 / 2 ** 18
/** Beyond this length, in units of the longest row, float32 has too little room for a query. */
const TOO_LONG = 2 ** 60
/** For what is rounded in float32: a value times this is not less than it was. */
const UP = 1 + 1e-6
/** Below all that counts in units of the longest row, above the smallest float32. */
const NEXT_TO_NOTHING = 1e-30

/** Where things stand in the memory of the kernel, in bytes; queries, tiles and hits are of one thread. */
type Layout = {
  panels: number
  facts: number
  groups: number
  asked: number
  tiles: number
  hits: number
}

/** What a thread has to know of rows that another thread laid out. */
export type SharedRows = { memory: SharedMemory; frame: Frame; count: number }

/** The layout for the `thread`-th of threads that share the rows, and how many bytes are taken up to its end. */
function memoryFor(count: number, dim: number, thread: number): { at: Layout; bytes: number } {
  const pairs = Math.ceil(dim / 2)
  const panels = Math.ceil(count / PANEL)
  const blockPanels = blockOf(pairs)
  const places = new Places()
  const rows = {
    panels: places.take(panels * pairs * 4 * PANEL),
    facts: places.take(panels * FACTS_BYTES),
  }
  const ofThread = () => ({
    groups: places.take(BATCH * pairs * 4),
    asked: places.take(BATCH * ASKED_BYTES),
    tiles: places.take(blockPanels * TILE_BYTES),
    hits: places.take(blockPanels * PANEL * BATCH * HIT_BYTES),
  })
  let own = ofThread()
  for (let i = 0; i < thread; i++) own = ofThread()
  return { at: { ...rows, ...own }, bytes: places.bytes }
}

/** Panels that are searched before the next ones. */
const blockOf = (pairs: number): number =>
  Math.max(1, Math.floor(BLOCK_BYTES / (pairs * 4 * PANEL)))

/**
 * Rows as whole numbers of 16 bits, and for each query those that may be among the nearest.
 *
 * A distance is, up to a number that is the same for all rows, `base - factor × q·b` with base = |b|² and factor 2 for
 * l2, 0 and 1 for the others. With whole numbers q̃, b̃ and lost parts, q = q̃/s + r and b = b̃/t + p,
 *
 *   q·b = q̃·b̃ / st  +  (q̃/s)·p + r·b,     |(q̃/s)·p + r·b| ≤ (|q| + |r|) |p| + |r| |b|     (Cauchy-Schwarz)
 *
 * q̃·b̃ is exact. The rest is at most `doubt × reach`: reach = max(|b|, |p| / grain), doubt = (|q| + |r|) grain + |r|,
 * where grain is what is usually lost of a vector of length 1. Whatever float32 and float64 round comes on top.
 */
export class Screen {
  private readonly kernel: Kernel
  private readonly at: Layout
  private readonly frame: Frame
  private readonly count: number
  private readonly pairs: number
  private readonly factor: number
  private readonly grain: number
  private readonly blockPanels: number
  private readonly facts: Float32Array
  private readonly asked: Float32Array

  /** null where this machine has no kernel or too little memory. `threads`: that will share the rows. */
  static over(rows: Vectors, frame: Frame, threads = 1): Screen | null {
    const count = rows.length / frame.dim
    const kernel = openKernel(memoryFor(count, frame.dim, threads - 1).bytes)
    if (!kernel) return null
    const screen = new Screen(kernel, frame, count, 0)
    screen.pack(rows)
    return screen
  }

  /** The rows of another screen, for the `thread`-th of those that share them; each number once at a time. */
  static attached({ memory, frame, count }: SharedRows, thread: number): Screen {
    return new Screen(attachKernel(memory), frame, count, thread)
  }

  get shared(): SharedRows {
    return { memory: this.kernel.memory, frame: this.frame, count: this.count }
  }

  private constructor(kernel: Kernel, frame: Frame, count: number, thread: number) {
    const { dim, metric, whole } = frame
    const { at } = memoryFor(count, dim, thread)
    this.kernel = kernel
    this.at = at
    this.frame = frame
    this.count = count
    this.pairs = Math.ceil(dim / 2)
    this.blockPanels = blockOf(this.pairs)
    this.factor = metric === 'l2' ? 2 : 1
    // A component is off by at most 1/2, by 1/√12 as a rule. Of whole numbers nothing is lost.
    this.grain = whole ? 0 : Math.sqrt(dim / 12) / LONGEST
    const { buffer } = kernel.memory
    const panels = Math.ceil(count / PANEL)
    this.facts = new Float32Array(buffer, at.facts, (panels * FACTS_BYTES) / 4)
    this.asked = new Float32Array(buffer, at.asked, (BATCH * ASKED_BYTES) / 4)
  }

  /**
   * Of at most BATCH queries from `first` on the rows that may be among the k nearest. null for a query so long that
   * nothing can be said of it.
   */
  candidates(queries: Vectors, first: number, count: number, k: number): (Candidates | null)[] {
    const asked = Array.from({ length: count }, (_, i) => this.ask(queries, first + i, i, k))
    for (let i = count; i % GROUP !== 0; i++) this.setBound(i, Number.NEGATIVE_INFINITY)
    const { kernel, at, blockPanels, pairs } = this
    const panels = Math.ceil(this.count / PANEL)
    const groups = Math.ceil(count / GROUP)
    const hits = new Int32Array(kernel.memory.buffer, at.hits)
    const leasts = new Float32Array(kernel.memory.buffer, at.hits)
    for (let panel = 0; panel < panels; panel += blockPanels) {
      const end = kernel.search(
        at.panels + panel * pairs * 4 * PANEL,
        at.facts + panel * FACTS_BYTES,
        Math.min(blockPanels, panels - panel),
        panel * PANEL,
        ...([at.groups, at.asked, groups, pairs, at.tiles, at.hits] as const),
      )
      // `end` is signed, and below 0 in the upper half of the memory.
      this.take(hits, leasts, ((end - at.hits) >>> 0) / 4, asked)
    }
    return asked
  }

  private take(
    hits: Int32Array,
    leasts: Float32Array,
    end: number,
    asked: readonly (Candidates | null)[],
  ): void {
    let query = -1
    let candidates: Candidates | null = null
    let doubt = 0
    for (let i = 0; i < end; i += HIT_BYTES / 4) {
      if (hits[i] !== query) {
        if (candidates) this.setBound(query, candidates.bound)
        query = hits[i] as number
        candidates = asked[query] as Candidates | null
        doubt = this.asked[query * 3 + 1] as number
      }
      const least = leasts[i + 2] as number
      if (!candidates || least > candidates.bound) continue
      const row = hits[i + 1] as number
      const fact = (row >> 3) * 3 * PANEL + (row & 7)
      const base = this.facts[fact] as number
      const reach = this.facts[fact + 2 * PANEL] as number
      candidates.offer(row, least, least + 2 * UP * doubt * reach + 4 * FLOAT32_LOSS * base)
    }
    if (candidates) this.setBound(query, candidates.bound)
  }

  /** Not below `bound` after it was rounded to float32. */
  private setBound(query: number, bound: number): void {
    this.asked[query * 3 + 2] = bound + Math.abs(bound) * 1e-6
  }

  /** Prepares a query as the `at`-th of a batch. */
  private ask(queries: Vectors, query: number, at: number, k: number): Candidates | null {
    const { frame, factor, grain, pairs } = this
    const { dim, unit, meanLength } = frame
    const vector = new Float64Array(dim)
    intoFrame(frame, queries, query * dim, true, vector)
    const group = new Int16Array(
      this.kernel.memory.buffer,
      this.at.groups + Math.floor(at / GROUP) * pairs * 4 * GROUP,
      pairs * 2 * GROUP,
    )
    const keep = frame.whole && queries instanceof Int8Array
    const shortest = SHORTEST / unit
    const { scale, length, lost } = writeWholeNumbers(
      vector,
      { keep, meanLength, shortest },
      group,
      (at % GROUP) * 2,
      2 * GROUP,
    )
    const isTooLong = length * unit > TOO_LONG
    const reach = length + lost
    const doubt = factor * (reach * grain + lost) * UP + FLOAT32_LOSS * reach
    this.asked[at * 3] = isTooLong || scale === 0 ? 0 : unit / scale
    this.asked[at * 3 + 1] = isTooLong ? 0 : doubt * unit * UP
    this.setBound(at, isTooLong ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY)
    if (isTooLong) return null
    const rounding = 8 * FLOAT64_LOSS * length * (length + meanLength) * unit * unit
    return new Candidates(k, 2 * (rounding + NEXT_TO_NOTHING))
  }

  private pack(rows: Vectors): void {
    const { frame, count, pairs, factor, grain, facts } = this
    const { dim, metric, whole, unit, meanLength } = frame
    const vector = new Float64Array(dim)
    const setting = { keep: whole, meanLength, shortest: SHORTEST / unit }
    const packed = new Int16Array(this.kernel.memory.buffer, this.at.panels)
    for (let row = 0; row < count; row++) {
      intoFrame(frame, rows, row * dim, false, vector)
      const place = (row >> 3) * pairs * 2 * PANEL + (row & 7) * 2
      const { scale, length, lost } = writeWholeNumbers(vector, setting, packed, place, 2 * PANEL)
      const fact = (row >> 3) * 3 * PANEL + (row & 7)
      const reach = grain === 0 ? length : Math.max(length, lost / grain)
      const squares = metric === 'l2' ? (length * unit) ** 2 : 0
      facts[fact] = squares * (1 - FLOAT32_LOSS)
      facts[fact + PANEL] = scale === 0 ? 0 : (factor * unit) / scale
      facts[fact + 2 * PANEL] = reach * unit * UP
    }
    for (let row = count; row % PANEL !== 0; row++)
      facts[(row >> 3) * 3 * PANEL + (row & 7)] = Number.NaN
  }
}
