/** A line, or several, of what was asked for: stdout is the result. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
