import { UsageError } from '../model/errors.ts'

/**
 * A call over a port that did not succeed. `definite`: it certainly had no effect, so the outcome is `fail`;
 * otherwise the effect is unknown: it may have happened or may still happen.
 */
export class CallError extends Error {
  readonly definite: boolean
  constructor(message: string, options: { definite: boolean }) {
    super(message)
    this.name = 'CallError'
    this.definite = options.definite
  }
}

/** No answer within the caller's deadline: never definite. */
export class DeadlineError extends CallError {
  constructor(message = 'deadline') {
    super(message, { definite: false })
    this.name = 'DeadlineError'
  }
}

/** For what is tried again later, or done by somebody else: a call that did not succeed is no error then. */
export function ignoreCallError(error: unknown): void {
  if (!(error instanceof CallError)) throw error
}

/** A world cannot do what the plan asks for. Named, never silent. */
export class CapabilityMissing extends UsageError {
  constructor(world: string, capability: string, hint: string) {
    super(`capability missing: world "${world}" cannot do ${capability}. ${hint}`)
    this.name = 'CapabilityMissing'
  }
}
