import { once } from 'node:events'

/** A line, or several, of what was asked for: stdout is the result. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** A line of bytes; settles when stdout can take more, so that a long export is never in memory as a whole. */
export async function printedLine(line: Uint8Array): Promise<void> {
  process.stdout.write(line)
  if (!process.stdout.write('\n')) await once(process.stdout, 'drain')
}
