import { SelectorError } from '../analysis/lines/selector.ts'
import { CapabilityMissing } from '../ports/errors.ts'
import { RecordError } from '../record/reader.ts'
import { ReplayError } from '../record/replay.ts'
import { RunDirectoryError } from '../record/run-directory.ts'
import { RecordLostError } from '../record/writer.ts'
import { ScenarioError } from '../scenario/yaml/problem.ts'
import { EnvironmentError } from '../worlds/containers/topology/errors.ts'
import { DockerError } from '../worlds/images/docker.ts'

/** Exit codes that are not a verdict's. */
export const USAGE = 2
export const ENVIRONMENT = 5
export const INTERRUPTED = 130

/** A command that cannot be followed. */
export class UsageError extends Error {}

const usageErrors = [
  ScenarioError,
  UsageError,
  SelectorError,
  RecordError,
  ReplayError,
  RunDirectoryError,
  CapabilityMissing,
]

/** This machine is not as a run needs it: said in the message, without a stack. */
const environmentErrors = [DockerError, EnvironmentError, RecordLostError]

/** Says on stderr what went wrong, and gives the exit code for it. */
export function explain(error: unknown): number {
  if (!(error instanceof Error)) throw error
  const { code } = error as { code?: unknown }
  if (typeof code === 'string' && code.startsWith('commander.'))
    return (error as unknown as { exitCode: number }).exitCode === 0 ? 0 : USAGE
  const { path } = error as { path?: unknown }
  if (code === 'ENOENT' || code === 'EISDIR') {
    const what = code === 'ENOENT' ? 'there is no such file' : 'it is a folder'
    process.stderr.write(
      `cannot read ${String(path ?? 'that file')}: ${what}. Try: faultline --help\n`,
    )
    return USAGE
  }
  process.stderr.write(`${error.message}\n`)
  const planned = [...usageErrors, ...environmentErrors].some((kind) => error instanceof kind)
  if (!planned) process.stderr.write(`${error.stack}\n`)
  return exitCodeOf(error)
}

/** The exit code of an error: 2 if the command cannot be followed, 5 if this machine could not do it. */
export const exitCodeOf = (error: Error): number =>
  usageErrors.some((kind) => error instanceof kind) ? USAGE : ENVIRONMENT
