import { shareNeighbours } from '../../pipeline/open-sim.ts'
import { runTask } from './one-run.ts'
import type { Task } from './task.ts'

/**
 * The program of one process of a campaign: takes a task, runs it, answers with its row, and takes the next. Forked by
 * `crew.ts`. The data set and the neighbours of queries stay from run to run.
 */
shareNeighbours()
// Ctrl-C reaches the whole process group: the campaign decides what it means.
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit(0))
process.on('message', async (task: Task) => {
  const row = await runTask(task)
  if (process.connected) process.send?.(row)
})
