/**
 * Deterministic stand-ins for Promise.race and Promise.any: whoever settles first is first, in the order the
 * world settled them, and what came too late is swallowed here instead of floating as an unhandled rejection.
 */

/** Not enough of the works succeeded. */
export class TooFewError extends Error {
  readonly values: readonly unknown[]
  readonly errors: readonly unknown[]

  constructor(values: readonly unknown[], errors: readonly unknown[]) {
    super(`${values.length} succeeded, ${errors.length} failed`)
    this.values = values
    this.errors = errors
    this.name = 'TooFewError'
  }
}

/** The first `need` values in order of arrival. Rejects with TooFewError once that cannot be reached. */
export function firstOf<T>(works: readonly Promise<T>[], need: number): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const values: T[] = []
    const errors: unknown[] = []
    const check = () => {
      if (values.length >= need) resolve(values.slice(0, need))
      else if (works.length - errors.length < need)
        reject(new TooFewError([...values], [...errors]))
    }
    check()
    for (const work of works)
      work.then(
        (value) => {
          values.push(value)
          check()
        },
        (error) => {
          errors.push(error)
          check()
        },
      )
  })
}

/**
 * Starts the first work, and the next one whenever `afterUs` have passed or one has failed; the first success
 * wins (Dean & Barroso, "The Tail at Scale", 2013). Rejects with TooFewError if all fail.
 */
export function hedge<T>(
  starts: readonly (() => Promise<T>)[],
  afterUs: number,
  sleep: (us: number) => Promise<void>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const errors: unknown[] = []
    let won = false
    let started = 0
    const next = () => {
      const start = starts[started]
      if (won || start === undefined) return
      const mine = ++started
      start().then(
        (value) => {
          won = true
          resolve(value)
        },
        (error) => {
          errors.push(error)
          if (errors.length === starts.length) reject(new TooFewError([], errors))
          else next()
        },
      )
      sleep(afterUs).then(
        () => {
          if (started === mine) next()
        },
        (error) => reject(error),
      )
    }
    if (starts.length === 0) reject(new TooFewError([], []))
    next()
  })
}
