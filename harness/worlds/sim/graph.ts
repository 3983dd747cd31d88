import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { invariant } from '../../base/invariant.ts'
import type { PointId, Row } from '../../model/point.ts'
import { CapabilityMissing } from '../../ports/errors.ts'

/** The part of hnswlib-node used here; its own types are absent where the optional package is. */
interface NativeGraph {
  initIndex(maxElements: number, m: number, efConstruction: number, randomSeed: number): void
  addPoint(point: number[], label: number): void
  readIndexSync(filename: string): void
  writeIndexSync(filename: string): void
  getCurrentCount(): number
  setEf(ef: number): void
  searchKnn(
    query: number[],
    k: number,
    filter?: (label: number) => boolean,
  ): { neighbors: number[] }
}

/** hnswlib-node, loaded; `version` names the build in cache keys, as graphs differ between builds. */
type Hnswlib = {
  version: string
  HierarchicalNSW: new (space: 'l2', dim: number) => NativeGraph
}

/** `m` links a node, `efConstruction` and `ef` candidates kept while building and searching. */
type GraphOptions = { m: number; efConstruction: number; ef: number }

export type GraphPoint = { id: PointId; row: Row }

/** `at` is the position in the points the graph was built over; `distance` is squared L2, exact. */
export type GraphHit = { at: number; id: PointId; distance: number }

/** A sealed segment: points never change, so all regions may share it. */
export interface Graph {
  readonly points: readonly GraphPoint[]
  /**
   * At most `k` accepted points near `query` (int8 codes), by distance, then id. Approximate: a point may be
   * missed, a distance is never wrong. `accept` is asked by position. A graph never changes, so what it found
   * for a query is remembered under the array itself: pass the same one for the same query.
   */
  search(query: Int8Array, k: number, accept: ((at: number) => boolean) | null): GraphHit[]
}

/** Where graphs are kept, under the working directory. */
const GRAPH_CACHE = join('.cache', 'hnsw')

/** Any fixed number: levels of nodes are drawn from it. */
const GRAPH_SEED = 100
const FORMAT = 1

/** Loads hnswlib-node. Throws CapabilityMissing where it is not installed or was not compiled. */
export function loadHnswlib(
  load: (name: string) => unknown = createRequire(import.meta.url),
): Hnswlib {
  try {
    const { HierarchicalNSW } = load('hnswlib-node') as Hnswlib
    const { version } = load('hnswlib-node/package.json') as { version: string }
    const { platform, arch, versions } = process
    return { HierarchicalNSW, version: `${version} ${platform} ${arch} ${versions.modules}` }
  } catch (error) {
    const hint =
      'It needs the optional package hnswlib-node, which is compiled at install: with a C++ compiler and ' +
      'python3 present, try: npm install hnswlib-node && npm rebuild hnswlib-node. ' +
      `Or use "index: flat". (${firstLine(error)})`
    throw new CapabilityMissing('sim', 'index: hnsw', hint)
  }
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] as string

/**
 * Makes graphs over rows of one pool of codes. A graph over the same vectors in the same order with the same
 * options is built once: kept in memory for all regions, and on disk under a hash of its content.
 */
export function graphBuilder(
  pool: { codes: Int8Array; dim: number },
  hnswlib: Hnswlib = loadHnswlib(),
  cacheFolder: string = GRAPH_CACHE,
): (points: readonly GraphPoint[], options: GraphOptions) => Graph {
  const made = new Map<string, NativeGraph>()
  return (points, options) => {
    if (points.length === 0) return { points, search: () => [] }
    const key = contentHash(points, options, pool, hnswlib)
    const inMemory = `${key} ${options.ef}`
    const native =
      made.get(inMemory) ?? openNative(points, options, pool, hnswlib, cacheFolder, key)
    native.setEf(options.ef)
    made.set(inMemory, native)
    return graphOver(native, points, options, pool)
  }
}

type Codes = { codes: Int8Array; dim: number }

const codesOf = (pool: Codes, row: Row): Int8Array =>
  pool.codes.subarray(row * pool.dim, (row + 1) * pool.dim)

/** v = code / 512; hnswlib-node takes plain arrays only. */
const vectorOf = (codes: Int8Array): number[] => Array.from(codes, (code) => code / 512)

function contentHash(
  points: readonly GraphPoint[],
  { m, efConstruction }: GraphOptions,
  pool: Codes,
  hnswlib: Hnswlib,
): string {
  const hash = createHash('sha256')
  hash.update(JSON.stringify([FORMAT, hnswlib.version, GRAPH_SEED, m, efConstruction, pool.dim]))
  for (const { row } of points) hash.update(codesOf(pool, row))
  return hash.digest('hex')
}

/** The graph from disk if it is there, whole and readable; otherwise built now and written for next time. */
function openNative(
  points: readonly GraphPoint[],
  options: GraphOptions,
  pool: Codes,
  hnswlib: Hnswlib,
  cacheFolder: string,
  key: string,
): NativeGraph {
  const path = join(cacheFolder, `${key}.hnsw`)
  const stored = existsSync(path) ? readNative(path, pool, hnswlib) : null
  if (stored?.getCurrentCount() === points.length) return stored
  const native = new hnswlib.HierarchicalNSW('l2', pool.dim)
  native.initIndex(points.length, options.m, options.efConstruction, GRAPH_SEED)
  for (const [at, { row }] of points.entries()) native.addPoint(vectorOf(codesOf(pool, row)), at)
  keep(native, cacheFolder, path)
  return native
}

/** null if the file is damaged: it is built again, to the same graph. */
function readNative(path: string, pool: Codes, hnswlib: Hnswlib): NativeGraph | null {
  const native = new hnswlib.HierarchicalNSW('l2', pool.dim)
  try {
    native.readIndexSync(path)
    return native
  } catch {
    return null
  }
}

/** Written beside its place and renamed, so that another process never reads half a graph. */
function keep(native: NativeGraph, cacheFolder: string, path: string): void {
  try {
    mkdirSync(cacheFolder, { recursive: true })
    native.writeIndexSync(`${path}.${process.pid}`)
    renameSync(`${path}.${process.pid}`, path)
  } catch (error) {
    throw new Error(
      `cannot keep an hnsw graph in ${cacheFolder}: ${firstLine(error)}. Can this folder be written?`,
    )
  }
}

function graphOver(
  native: NativeGraph,
  points: readonly GraphPoint[],
  options: GraphOptions,
  pool: Codes,
): Graph {
  const known = new Map<Int8Array, GraphHit[]>()
  const ask = (query: Int8Array, wanted: number, accept?: (at: number) => boolean): GraphHit[] => {
    const { neighbors } = native.searchKnn(vectorOf(query), wanted, accept)
    const hits = neighbors.map((at): GraphHit => {
      const point = points[at]
      invariant(
        point !== undefined,
        () => `graph of ${points.length} points returned position ${at}`,
      )
      return { at, id: point.id, distance: squaredDistance(query, codesOf(pool, point.row)) }
    })
    return hits.sort((a, b) => a.distance - b.distance || a.id - b.id)
  }
  return {
    points,
    search(query, k, accept) {
      // All candidates hnswlib kept, not its first k: which of several equal distances is cut off is decided here.
      const wanted = Math.min(options.ef, points.length)
      let candidates = known.get(query)
      if (!candidates || candidates.length < wanted) {
        candidates = ask(query, wanted)
        known.set(query, candidates)
      }
      const accepted = accept ? candidates.filter(({ at }) => accept(at)) : candidates
      // So many dead among the candidates that the search itself has to pass them over.
      if (accept && accepted.length < k && candidates.length < points.length)
        return ask(query, wanted, accept).slice(0, k)
      return accepted.slice(0, k)
    },
  }
}

/** 2 - 2 × dot / 512², as NeighbourTable has it: equal to the last bit. */
function squaredDistance(a: Int8Array, b: Int8Array): number {
  let dot = 0
  for (let i = 0; i < a.length; i++) dot += (a[i] as number) * (b[i] as number)
  return 2 - (2 * dot) / 262_144
}
