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
