import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Metric, Vectors } from './distance.ts'
import { ExactSearch, measure, refuseRows, roomFor } from './exact-search.ts'
import { frameOf } from './frame.ts'
import { GROUP } from './kernel.ts'
import type { Found } from './nearest.ts'
import { BATCH, Screen } from './screen.ts'

/** What a thread is asked, and what it answers: for each query the rows that may be among the nearest, null for all. */
export type Asked = { queries: Vectors; count: number; k: number }
export type Answered = (Int32Array | null)[]

/**
 * ExactSearch by several threads over one memory: the same answers, for jobs of a second and more. The threads rule
 * rows out, this one measures what is left. One search at a time.
 */
export class ThreadedSearch {
  private readonly rows: Vectors
  private readonly dim: number
  private readonly metric: Metric
  private readonly workers: readonly Worker[]

  /** Lays the rows out and starts the threads; without a kernel there are none. Throws a RangeError as ExactSearch. */
  constructor(rows: Vectors, dim: number, metric: Metric, threads: number) {
    refuseRows(rows, dim)
    this.rows = rows
    this.dim = dim
    this.metric = metric
    const shared = Screen.over(rows, frameOf(rows, dim, metric), threads)?.shared
    const start = new URL('./thread-start.mjs', import.meta.url)
    this.workers = Array.from({ length: shared ? threads : 0 }, (_, thread) => {
      const worker = new Worker(start, { workerData: { shared, thread }, execArgv: [] })
      worker.unref()
      return worker
    })
  }

  /** Rejects if a thread breaks. */
  async search(queries: Vectors, wanted: number): Promise<Found> {
    const { rows, dim, metric, workers } = this
    if (workers.length === 0) return new ExactSearch(rows, dim, metric).search(queries, wanted)
    const found = roomFor(rows, queries, dim, wanted)
    const asked = found.k === 0 ? 0 : queries.length / dim
    const share = Math.ceil(asked / workers.length / GROUP) * GROUP
    const size = Math.min(BATCH, Math.max(GROUP, share))
    let next = 0
    const work = async (worker: Worker) => {
      while (next < asked) {
        const first = next
        const count = Math.min(size, asked - first)
        next += count
        const part = queries.slice(first * dim, (first + count) * dim)
        const answered = await answerOf(worker, { queries: part, count, k: found.k })
        for (const [i, candidates] of answered.entries())
          measure({ rows, dim, metric }, queries, first + i, candidates, found)
      }
    }
    await Promise.all(workers.map(work))
    return found
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()))
  }
}

async function answerOf(worker: Worker, asked: Asked): Promise<Answered> {
  worker.ref()
  const answer = once(worker, 'message')
  worker.postMessage(asked)
  const [answered] = await answer
  worker.unref()
  return answered as Answered
}
