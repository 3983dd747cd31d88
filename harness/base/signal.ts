/** What can be waited for, or looked at. */
export type Fires = { readonly fired: boolean; readonly whenFired: Promise<void> }

/** Something was given up because a signal fired. */
export class Stopped extends Error {
  constructor() {
    super('it was stopped before it was done')
    this.name = 'Stopped'
  }
}

/** Settles as `work` does, or rejects with Stopped as soon as the signal fires: then nobody hears what becomes of `work`. */
export function unlessFired<T>(signal: Fires, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    work.then(resolve, reject)
    signal.whenFired.then(() => reject(new Stopped()), reject)
  })
}

/** Fires once, for all who wait: what ends background loops. */
export class Signal {
  fired = false
  readonly whenFired: Promise<void>
  private resolve = () => {}

  constructor() {
    this.whenFired = new Promise((resolve) => {
      this.resolve = resolve
    })
  }

  fire(): void {
    this.fired = true
    this.resolve()
  }
}

/**
 * Work that is started and that nobody waits for. It is joined all the same: whoever runs its maker waits for `joined`,
 * and hears there of the first piece that failed. What fails while nobody waits ends the program.
 */
export class Background {
  private fail: ((error: unknown) => void) | null = null

  start(work: Promise<unknown>): void {
    work.catch((error) => {
      if (!this.fail) throw error
      this.fail(error)
    })
  }

  /** Settles when `stop` fires, whatever is still under way then; rejects as soon as something fails before. */
  joined(stop: Fires): Promise<void> {
    return new Promise((resolve, reject) => {
      this.fail = reject
      const over = () => {
        this.fail = null
        resolve()
      }
      stop.whenFired.then(over, reject)
    })
  }
}
