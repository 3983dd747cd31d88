import { type ClaimTask, lostRun, runClaimed } from './claim-run.ts'

/** The program of one process that runs scenarios behind claims, one after another. */
process.on('message', (task: ClaimTask) => {
  runClaimed(task).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      const why = error instanceof Error ? error.message : String(error)
      process.send?.(lostRun(why, task.decides.length, task.asked.length))
    },
  )
})
process.on('disconnect', () => process.exit(0))
