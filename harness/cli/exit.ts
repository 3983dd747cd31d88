import { exitCodeOf, isExpected, USAGE } from '../model/errors.ts'

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
  if (!isExpected(error)) process.stderr.write(`${error.stack}\n`)
  return exitCodeOf(error)
}
