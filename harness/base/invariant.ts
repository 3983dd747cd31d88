/**
 * Stops the program if something is false that only our own code could have made false. `message` is a function where
 * the check is made often: a text with values in it costs more than most checks.
 */
export function invariant(condition: boolean, message: string | (() => string)): asserts condition {
  if (condition) return
  const what = typeof message === 'string' ? message : message()
  throw new Error(`invariant broken (a bug in Faultline): ${what}`)
}
