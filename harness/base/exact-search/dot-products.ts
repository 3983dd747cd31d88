import { GROUP, type Kernel, openKernel, PANEL, Places, TILE_BYTES } from './kernel.ts'

/** Rows and groups of queries that are in the memory of the kernel at a time. */
const PANELS = 32
const GROUPS = 64

/** Memory for rows and queries of up to `pairs` × 2 components; kept for whoever asks next in this thread. */
type Workspace = { kernel: Kernel; pairs: number; panels: number; groups: number; tiles: number }
let kept: Workspace | undefined

function workspaceFor(pairs: number): Workspace | null {
  if (kept && kept.pairs >= pairs) return kept
  const places = new Places()
  const panels = places.take(PANELS * pairs * 4 * PANEL)
  const groups = places.take(GROUPS * pairs * 4 * GROUP)
  const tiles = places.take(PANELS * TILE_BYTES)
  const kernel = openKernel(places.bytes)
  if (!kernel) return null
  kept = { kernel, pairs, panels, groups, tiles }
  return kept
}

/** Codes of up to 8 bits, one vector behind the other. No vector is longer than 46,340: then no product overflows. */
type Codes = { rows: Int8Array; queries: Int8Array; dim: number }

/**
 * Products of `queries` with the first `count` rows, one array a query; exact. null where this machine has no kernel.
 */
export function dotProducts(
  codes: Codes,
  queries: readonly number[],
  count: number,
): Int32Array[] | null {
  const pairs = Math.ceil(codes.dim / 2)
  const workspace = workspaceFor(pairs)
  if (!workspace) return null
  const dots = queries.map(() => new Int32Array(count))
  for (let first = 0; first < queries.length; first += GROUPS * GROUP) {
    const batch = queries.slice(first, first + GROUPS * GROUP)
    multiply(workspace, codes, batch, dots.slice(first, first + batch.length))
  }
  return dots
}

function multiply(
  { kernel, panels, groups, tiles }: Workspace,
  { rows, queries, dim }: Codes,
  batch: readonly number[],
  dots: readonly Int32Array[],
): void {
  const pairs = Math.ceil(dim / 2)
  const count = dots[0]?.length ?? 0
  const { buffer } = kernel.memory
  const grouped = new Int16Array(buffer, groups, GROUPS * pairs * 2 * GROUP).fill(0)
  const panelled = new Int16Array(buffer, panels, PANELS * pairs * 2 * PANEL).fill(0)
  const made = new Int32Array(buffer, tiles, (PANELS * TILE_BYTES) / 4)
  for (const [i, query] of batch.entries()) interleave(queries, query, dim, grouped, i, GROUP)
  for (let row = 0; row < count; row += PANELS * PANEL) {
    const here = Math.min(PANELS * PANEL, count - row)
    for (let i = 0; i < here; i++) interleave(rows, row + i, dim, panelled, i, PANEL)
    for (let i = 0; i < batch.length; i += GROUP) {
      const group = groups + (i / GROUP) * pairs * 4 * GROUP
      kernel.dots(group, panels, Math.ceil(here / PANEL), pairs, tiles)
      const last = Math.min(GROUP, batch.length - i)
      for (let lane = 0; lane < last; lane++)
        copyLane(made, lane, dots[i + lane] as Int32Array, row, here)
    }
  }
}

/** Writes a vector as the `at`-th of those that stand side by side, `width` of them. */
function interleave(
  codes: Int8Array,
  vector: number,
  dim: number,
  into: Int16Array,
  at: number,
  width: number,
): void {
  const pairs = Math.ceil(dim / 2)
  const place = Math.floor(at / width) * pairs * 2 * width + (at % width) * 2
  for (let i = 0; i < dim; i++)
    into[place + (i >> 1) * 2 * width + (i & 1)] = codes[vector * dim + i] as number
}

/** Copies what one query of a group made of `count` rows. */
function copyLane(
  tiles: Int32Array,
  lane: number,
  dots: Int32Array,
  row: number,
  count: number,
): void {
  for (let i = 0; i < count; i++)
    dots[row + i] = tiles[(i >> 3) * PANEL * GROUP + lane * PANEL + (i & 7)] as number
}
