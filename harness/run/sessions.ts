import type { SessionToken } from '../model/point.ts'

/** Half a session is the client's: it brings along what its answers gave it, whichever region gave them. */
export class Sessions {
  private readonly tokens = new Map<string, Record<string, number>>()

  of(client: string): SessionToken {
    return this.tokens.get(client) ?? none
  }

  learn(client: string, token: SessionToken | undefined): void {
    if (!token) return
    const known = { ...this.tokens.get(client) }
    for (const [key, value] of Object.entries(token))
      known[key] = Math.max(value, known[key] ?? Number.NEGATIVE_INFINITY)
    this.tokens.set(client, known)
  }
}

const none: SessionToken = {}
