import { type ClaimTask, runClaimed } from './claim-run.ts'

/** The program of one process that runs scenarios behind claims, one after another. */
process.on('message', (task: ClaimTask) => {
  runClaimed(task).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      const why = error instanceof Error ? error.message : String(error)
      process.send?.({ profile: '', wrong: [why], texts: task.asked.map(() => '') })
    },
  )
})
process.on('disconnect', () => process.exit(0))
