import { parentPort, workerData } from 'node:worker_threads'
import { invariant } from '../invariant.ts'
import { Screen, type SharedRows } from './screen.ts'
import type { Answered, Asked } from './threaded-search.ts'

/** One of the threads of a ThreadedSearch: answers each message by the rows that may be among the nearest. */
const port = parentPort
invariant(port !== null, 'a search thread is started by a ThreadedSearch')
const { shared, thread } = workerData as { shared: SharedRows; thread: number }
const screen = Screen.attached(shared, thread)

port.on('message', ({ queries, count, k }: Asked) => {
  const found = screen.candidates(queries, 0, count, k)
  const answered: Answered = found.map((all) => (all ? Int32Array.from(all.left()) : null))
  port.postMessage(answered)
})
