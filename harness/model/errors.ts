/** Exit codes that are not a verdict's. */
export const USAGE = 2
export const ENVIRONMENT = 5
export const INTERRUPTED = 130

/** What was asked for cannot be done as asked: the message says what is wrong and what to try. Exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** This machine, or a server on it, is not as a run needs it: what, where, and what to try. Exit code 5. */
export class EnvironmentError extends Error {
  override name = 'EnvironmentError'
}

/** 2 if the command cannot be followed; 5 for whatever else kept this machine from doing it. */
export const exitCodeOf = (error: Error): number =>
  error instanceof UsageError ? USAGE : ENVIRONMENT

/** True for errors that are printed as a sentence, without a stack. */
export const isExpected = (error: Error): boolean =>
  error instanceof UsageError || error instanceof EnvironmentError
