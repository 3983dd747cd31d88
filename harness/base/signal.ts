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
    void signal.whenFired.then(() => reject(new Stopped()))
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
