import { shareNeighbours } from '../../pipeline/open-sim.ts'
import { makeTrial, type TrialTask } from './trial.ts'

/** The program of one process of a capacity search: takes a run, makes it, answers, and takes the next. */
shareNeighbours()
// Ctrl-C reaches the whole process group: the command decides what it means.
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit(0))
process.on('message', async (task: TrialTask) => {
  const trial = await makeTrial(task)
  if (process.connected) process.send?.(trial)
})
