import { readFileSync } from 'node:fs'
import { invariant } from '../invariant.ts'

/** The part of WebAssembly used here; Node has it, its type definitions do not. */
export type SharedMemory = { readonly buffer: SharedArrayBuffer }
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object
  Memory: new (size: { initial: number; maximum: number; shared: true }) => SharedMemory
  Instance: new (module: object, imports: object) => { exports: object }
  validate(bytes: Uint8Array): boolean
}

/** Rows of a panel and queries of a group: what `kernel.wat` multiplies at a time. */
export const PANEL = 8
export const GROUP = 4

/** Bytes of what `kernel.wat` calls a tile, the facts of a panel, what is asked of a query, and a hit. */
export const TILE_BYTES = 4 * PANEL * GROUP
export const FACTS_BYTES = 4 * 3 * PANEL
export const ASKED_BYTES = 4 * 3
export const HIT_BYTES = 4 * 3

/** The functions of `kernel.wat`; all places are byte offsets into `memory`. */
export interface Kernel {
  readonly memory: SharedMemory
  dots(group: number, panel: number, panels: number, pairs: number, tiles: number): void
  search(
    panel: number,
    facts: number,
    panels: number,
    row: number,
    group: number,
    asked: number,
    groups: number,
    pairs: number,
    tiles: number,
    hits: number,
  ): number
}

const PAGE = 65_536
/** 4 GiB, all that 32-bit addresses reach; only what is used takes memory. */
const PAGES = 65_536

let compiled: object | null | undefined

/** Compiled on first use, once a thread; null where the machine has no vector instructions for it. */
function module(): object | null {
  if (compiled === undefined) {
    const bytes = readFileSync(new URL('./kernel.wasm', import.meta.url))
    compiled = WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null
  }
  return compiled
}

/** The kernel over memory of its own, or null where this machine cannot run it or has too little memory for it. */
export function openKernel(bytes: number): Kernel | null {
  const initial = Math.ceil(bytes / PAGE)
  if (initial > PAGES || !module()) return null
  try {
    return attachKernel(new WebAssembly.Memory({ initial, maximum: PAGES, shared: true }))
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/** The kernel over memory that another thread opened a kernel over. */
export function attachKernel(memory: SharedMemory): Kernel {
  const code = module()
  invariant(code !== null, 'a thread shares memory where there is no kernel')
  const { exports } = new WebAssembly.Instance(code, { memory: { memory } })
  return { ...(exports as Kernel), memory }
}

/** Hands out parts of a memory, one behind the other, each at a multiple of 16 bytes. */
export class Places {
  bytes = 0

  take(bytes: number): number {
    const at = this.bytes
    // No bit operations: places lie above 2^31 too.
    this.bytes = Math.ceil((at + bytes) / 16) * 16
    return at
  }
}
