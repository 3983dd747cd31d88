import type { Stop } from '../ports/system.ts'

/** The signal that ends the agents' and routers' background loops. */
export class StopSignal implements Stop {
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
