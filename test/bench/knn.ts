import { execFileSync, fork, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { ExactSearch } from '../../harness/base/exact-search/exact-search.ts'
import { plainSearch } from '../../harness/base/exact-search/plain-search.ts'
import { ThreadedSearch } from '../../harness/base/exact-search/threaded-search.ts'
import { NeighbourTable } from '../../harness/base/neighbours.ts'
import { Rng } from '../../harness/base/rng.ts'
import { plainTable } from '../../harness/text/table.ts'
import { FlatIndex } from '../../harness/worlds/sim/index-flat.ts'

/**
 * Exact search by one thread and by two, beside others by one, engines in turn, round by round; ids against float64;
 * truth over a set that moves; and a million rows. Wall-clock times on a machine that does nothing else; ratios count.
 *
 *   npm run bench:knn                                     beside hnswlib, which is here if it could be compiled
 *   npm run bench:knn -- --install                        beside usearch (npm) and faiss (PyPI) too, in a temporary folder
 *   npm run bench:knn -- --images FOLDER --truth FILE     Fashion-MNIST: its IDX files and neighbours found by others
 *   npm run bench:knn -- --only moving,million            some parts: engines, ids, images, moving, million
 *   npm run bench:knn -- --small                          a tenth of everything, to see that it works
 */
const { values } = parseArgs({
  options: {
    install: { type: 'boolean', default: false },
    images: { type: 'string' },
    truth: { type: 'string' },
    only: { type: 'string', default: 'engines,ids,images,moving,million' },
    small: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    million: { type: 'boolean', default: false },
  },
})
const share = values.small ? 0.1 : 1
const rounds = Number(values.rounds)
const K = 10
const BATCH = 256
const shapes = [
  [100_000 * share, 128],
  [50_000 * share, 768],
] as const

const say = (line: string) => process.stdout.write(`${line}\n`)
const msOf = (work: () => unknown): number => {
  const start = performance.now()
  work()
  return performance.now() - start
}
const median = (all: readonly number[]): number =>
  [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] as number
/** The same in bytes each time: a sum of three uniform numbers is near enough to a bell. */
function vectors(count: number, dim: number, name: string): Float32Array {
  const rng = new Rng(14, name)
  return Float32Array.from(
    { length: count * dim },
    () => (rng.u32() + rng.u32() + rng.u32()) / 2 ** 31 - 3,
  )
}

/** `go` answers the batch once and gives milliseconds; ids of its last answer, if it can say. */
type Engine = { name: string; go: () => Promise<number> | number; close?: () => void }

const PYTHON = `
import sys, time, numpy as np, faiss
faiss.omp_set_num_threads(1)
rows, queries, dim, k = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
index = faiss.IndexFlatL2(dim)
index.add(np.fromfile(rows, dtype=np.float32).reshape(-1, dim))
asked = np.fromfile(queries, dtype=np.float32).reshape(-1, dim)
print('ready', flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    index.search(asked, k)
    print((time.perf_counter() - start) * 1000, flush=True)
`

const scratch = mkdtempSync(join(tmpdir(), 'faultline-knn-'))

if (values.million) million()
else
  try {
    await everything()
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }

async function everything(): Promise<void> {
  say(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}`)
  if (values.install) install()
  const parts: Record<string, () => Promise<void> | void> = {
    engines: engines,
    ids,
    images,
    moving,
    million: millionApart,
  }
  for (const part of values.only.split(',')) {
    const run = parts[part]
    if (!run) throw new Error(`no part "${part}". There are ${Object.keys(parts).join(', ')}.`)
    say('')
    await run()
  }
}

function install(): void {
  const options = { stdio: 'ignore' as const }
  execFileSync('npm', ['i', '--prefix', scratch, 'usearch@2.25.3'], options)
  const target = ['--target', join(scratch, 'python')]
  execFileSync(
    'python3',
    ['-m', 'pip', 'install', '-q', ...target, 'faiss-cpu==1.15.1', 'numpy'],
    options,
  )
}

async function engines(): Promise<void> {
  say(
    `exact top ${K} by l2, ${BATCH} queries at once, one thread but where it says 2, median of ${rounds} rounds`,
  )
  for (const [count, dim] of shapes) {
    const rows = vectors(count, dim, 'rows')
    const queries = vectors(BATCH, dim, 'queries')
    let search: ExactSearch | undefined
    const buildMs = msOf(() => {
      search = new ExactSearch(rows, dim, 'l2')
    })
    const own = () => msOf(() => search?.search(queries, K))
    const threads = new ThreadedSearch(rows, dim, 'l2', 2)
    const inThreads = async () => {
      const start = performance.now()
      await threads.search(queries, K)
      return performance.now() - start
    }
    const all: Engine[] = [
      { name: 'faultline', go: own },
      { name: 'faultline, 2 threads', go: inThreads, close: () => void threads.close() },
    ]
    all.push(...(await others(rows, queries, dim)))
    const times = all.map((): number[] => [])
    // The first round compiles and fills caches, and does not count.
    for (let round = 0; round <= rounds; round++)
      for (const [i, engine] of all.entries()) {
        const ms = await engine.go()
        if (round > 0) times[i]?.push(ms)
      }
    for (const engine of all) engine.close?.()
    const ours = median(times[0] as number[])
    const table = all.map(({ name }, i) => {
      const ms = median(times[i] as number[])
      const giga = (2 * count * dim * BATCH) / ms / 1e6
      return [name, (BATCH / (ms / 1000)).toFixed(0), giga.toFixed(1), (ms / ours).toFixed(2)]
    })
    say(`${count} × ${dim}; faultline lays them out once, in ${buildMs.toFixed(0)} ms`)
    const header = ['engine', 'queries/s', 'Gop/s', 'faultline is × as fast']
    for (const line of plainTable(header, table, ['left', 'right', 'right', 'right'])) say(line)
  }
}

async function others(rows: Float32Array, queries: Float32Array, dim: number): Promise<Engine[]> {
  const all: Engine[] = []
  const hnswlib = loaded<Hnswlib>(createRequire(import.meta.url), 'hnswlib-node')
  if (hnswlib) all.push(bruteForce(hnswlib, rows, queries, dim))
  else say('hnswlib-node is not here: left out')
  const usearch = loaded<Usearch>(createRequire(join(scratch, 'package.json')), 'usearch')
  if (usearch)
    all.push({
      name: 'usearch',
      go: () => msOf(() => usearch.exactSearch(rows, queries, dim, K, usearch.MetricKind.L2sq, 1)),
    })
  else say('usearch is not here: left out (--install)')
  if (values.install) all.push(await faiss(rows, queries, dim))
  else say('faiss is not here: left out (--install)')
  return all
}

function loaded<T>(require: NodeJS.Require, name: string): T | null {
  try {
    return require(name) as T
  } catch {
    return null
  }
}

type Usearch = {
  MetricKind: { L2sq: string }
  exactSearch(...all: [Float32Array, Float32Array, number, number, string, number]): unknown
}
type Hnswlib = {
  BruteforceSearch: new (
    space: 'l2',
    dim: number,
  ) => {
    initIndex(most: number): void
    addPoint(point: number[], label: number): void
    searchKnn(query: number[], k: number): { neighbors: number[] }
  }
}

function bruteForce(
  { BruteforceSearch }: Hnswlib,
  rows: Float32Array,
  queries: Float32Array,
  dim: number,
): Engine {
  const index = new BruteforceSearch('l2', dim)
  const count = rows.length / dim
  index.initIndex(count)
  for (let row = 0; row < count; row++)
    index.addPoint([...rows.subarray(row * dim, (row + 1) * dim)], row)
  const asked = Array.from({ length: BATCH }, (_, i) => [
    ...queries.subarray(i * dim, (i + 1) * dim),
  ])
  const go = () => msOf(() => asked.map((query) => index.searchKnn(query, K)))
  return { name: 'hnswlib brute force', go }
}

async function faiss(rows: Float32Array, queries: Float32Array, dim: number): Promise<Engine> {
  const files = [join(scratch, 'rows.f32'), join(scratch, 'queries.f32')] as const
  writeFileSync(files[0], rows)
  writeFileSync(files[1], queries)
  const env = {
    ...process.env,
    PYTHONPATH: join(scratch, 'python'),
    ...{ OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' },
  }
  const stdio = ['pipe', 'pipe', 'inherit'] as const
  const child = spawn('python3', ['-c', PYTHON, ...files, String(dim), String(K)], {
    env,
    stdio: [...stdio],
  })
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  const next = () => new Promise<string>((resolve) => lines.once('line', resolve))
  await next()
  const go = async () => {
    const line = next()
    child.stdin?.write('go\n')
    return Number(await line)
  }
  return { name: 'faiss with BLAS', go, close: () => child.stdin?.end() }
}

function ids(): void {
  const asked = 1_000 * share
  for (const [count, dim] of shapes) {
    const rows = vectors(count, dim, 'rows')
    const queries = vectors(asked, dim, 'more queries')
    for (const metric of ['l2', 'inner-product', 'cosine'] as const) {
      const found = new ExactSearch(rows, dim, metric).search(queries, K)
      const wanted = plainSearch(rows, queries, { dim, k: K, metric })
      const wrong = found.ids.filter((id, i) => id !== wanted.ids[i]).length
      const apart = found.distances.filter((d, i) => d !== wanted.distances[i]).length
      say(
        `${count} × ${dim}, ${metric}: of ${asked} queries × ${K} against float64, ` +
          `${wrong} ids and ${apart} distances differ`,
      )
    }
  }
}

/** IDX: two zero bytes, type, dimensions, then one big-endian u32 a dimension, then the data. */
function idx(file: string): Float32Array {
  const bytes = gunzipSync(readFileSync(file))
  return Float32Array.from(bytes.subarray(4 + 4 * (bytes[3] as number)))
}

function images(): void {
  const { images: folder, truth } = values
  if (!folder || !truth) {
    say('Fashion-MNIST left out: name its IDX files and its neighbours with --images and --truth')
    return
  }
  const dim = 784
  const rows = idx(join(folder, 'train-images-idx3-ubyte.gz'))
  const bytes = readFileSync(truth)
  const asked = bytes.readUInt32LE(0)
  const k = bytes.readUInt32LE(4)
  const queries = idx(join(folder, 't10k-images-idx3-ubyte.gz')).subarray(0, asked * dim)
  const search = new ExactSearch(rows, dim, 'l2')
  let found = search.search(queries.subarray(0, dim), k)
  const ms = msOf(() => {
    found = search.search(queries, k)
  })
  let wrong = 0
  let apart = 0
  for (let i = 0; i < asked * k; i++) {
    if (found.ids[i] !== bytes.readInt32LE(8 + 4 * i)) wrong++
    if (found.distances[i] !== bytes.readFloatLE(8 + 4 * asked * k + 4 * i)) apart++
  }
  say(
    `Fashion-MNIST, ${rows.length / dim} × ${dim} raw: of ${asked} queries × ${k} against ${truth}, ` +
      `${wrong} ids and ${apart} distances differ; ${(asked / (ms / 1000)).toFixed(0)} queries/s`,
  )
}

/** 100,000 searches over 20,000 live points that 10,000 writes replace meanwhile, and some again by brute force. */
function moving(): void {
  const [dim, live, writes, pool, searches] = [
    384,
    20_000 * share,
    10_000 * share,
    1_000,
    1e5 * share,
  ]
  const rows = live + writes
  const codes = unitCodes(rows, dim, 'pool')
  const queryCodes = unitCodes(pool, dim, 'queries of the pool')
  const rng = new Rng(14, 'moving')
  let neighbours = new NeighbourTable(codes, queryCodes, dim, rows)
  const tableMs = msOf(() => {
    neighbours = new NeighbourTable(codes, queryCodes, dim, rows)
    neighbours.prepare(Array.from({ length: pool }, (_, query) => query))
  })
  const index = new FlatIndex(neighbours)
  const rowOf = Array.from({ length: live }, (_, id) => id)
  index.load(rowOf.map((row, id) => ({ id, row, write: id, version: 0, deleted: false }) as never))
  let walkMs = 0
  const brute: number[] = []
  let checked = 0
  let wrong = 0
  const every = Math.ceil(searches / 500)
  for (let search = 0; search < searches; search++) {
    if (search % (searches / writes) === 0) {
      const id = rng.int(live)
      const row = live + Math.floor(search / (searches / writes))
      rowOf[id] = row
      walkMs += msOf(() => index.put({ id, row, write: live + search, deleted: false } as never))
    }
    const query = rng.int(pool)
    let hits: { id: number; distance: number }[] = []
    walkMs += msOf(() => {
      hits = index.search(query, K)
    })
    if (search % every !== 0) continue
    let wanted: { id: number; row: number; dot: number }[] = []
    brute.push(
      msOf(() => {
        wanted = bruteTop(codes, queryCodes, dim, query, rowOf)
      }),
    )
    checked++
    const same = wanted.every(
      ({ id, dot }, i) => hits[i]?.id === id && hits[i]?.distance === 2 - (2 * dot) / 512 ** 2,
    )
    if (!same) wrong++
  }
  const eachUs = ((tableMs + walkMs) * 1000) / searches
  const bruteUs = median(brute) * 1000
  say(
    `moving truth: ${searches} searches of ${pool} queries, ${live} points, ${writes} writes, ${dim} dimensions\n` +
      `lists ${tableMs.toFixed(0)} ms, walks and writes ${walkMs.toFixed(0)} ms: ${eachUs.toFixed(1)} µs a search; ` +
      `brute force ${bruteUs.toFixed(0)} µs: × ${(bruteUs / eachUs).toFixed(0)}\n` +
      `${wrong} of ${checked} answers differ from brute force`,
  )
}

function bruteTop(
  codes: Int8Array,
  queryCodes: Int8Array,
  dim: number,
  query: number,
  rowOf: readonly number[],
): { id: number; row: number; dot: number }[] {
  const all = rowOf.map((row, id) => {
    let dot = 0
    for (let i = 0; i < dim; i++)
      dot += (queryCodes[query * dim + i] as number) * (codes[row * dim + i] as number)
    return { id, row, dot }
  })
  return all.sort((a, b) => b.dot - a.dot || a.row - b.row || a.id - b.id).slice(0, K)
}

/** Codes of length close to 512, not above it. */
function unitCodes(count: number, dim: number, name: string): Int8Array {
  const raw = vectors(count, dim, name)
  const codes = new Int8Array(count * dim)
  for (let row = 0; row < count; row++) {
    const vector = raw.subarray(row * dim, (row + 1) * dim)
    const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0))
    for (let i = 0; i < dim; i++)
      codes[row * dim + i] = Math.trunc(((vector[i] as number) / length) * 512)
  }
  return codes
}

/** In a process of its own, so that its memory is its own. */
function millionApart(): Promise<void> {
  const args = ['--million', ...(values.small ? ['--small'] : [])]
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), args)
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`the million ended with ${code}`)),
    )
  })
}

function million(): void {
  const [count, dim, asked] = [1_000_000 * share, 128, 1_000]
  const rows = vectors(count, dim, 'rows')
  const queries = vectors(asked, dim, 'queries')
  let search: ExactSearch | undefined
  const buildMs = msOf(() => {
    search = new ExactSearch(rows, dim, 'l2')
  })
  let found = new ExactSearch(rows.subarray(0, dim), dim, 'l2').search(queries, 1)
  const ms = msOf(() => {
    found = (search as ExactSearch).search(queries, 100)
  })
  const few = 10
  const wanted = plainSearch(rows, queries.subarray(0, few * dim), { dim, k: 100, metric: 'l2' })
  const wrong = wanted.ids.filter((id, i) => id !== found.ids[i]).length
  const peak = process.resourceUsage().maxRSS / 1024 / 1024
  say(
    `${count} × ${dim}, top 100 of ${asked} queries: laid out in ${(buildMs / 1000).toFixed(1)} s, ` +
      `searched in ${(ms / 1000).toFixed(1)} s, peak memory of the process ${peak.toFixed(2)} GiB; ` +
      `${wrong} ids of ${few} queries differ from float64`,
  )
}
