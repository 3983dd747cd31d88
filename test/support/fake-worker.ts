/** A worker for tests: answers a number with its square after a while, and dies of 13. */
process.on('disconnect', () => process.exit(0))
process.on('message', (task: number) => {
  if (task === 13) process.kill(process.pid, 'SIGKILL')
  setTimeout(() => process.send?.({ square: task * task, by: process.pid }), 5)
})
