/** A worker for tests: answers a number with its square after a while, dies of 13, and sends anything else back. */
process.on('disconnect', () => process.exit(0))
process.on('message', (task: unknown) => {
  if (typeof task !== 'number') {
    process.send?.(task)
    return
  }
  if (task === 13) process.kill(process.pid, 'SIGKILL')
  setTimeout(() => process.send?.({ square: task * task, by: process.pid }), 5)
})
