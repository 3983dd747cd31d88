/** Stops the program if something is false that only our own code could have made false. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`invariant broken (a bug in Faultline): ${message}`)
}
