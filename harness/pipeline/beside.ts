import { readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import type { SourceFile } from '../scenario/yaml/document.ts'

/** A table of all pairs of 32 regions has some 20 kB. */
const MOST_BYTES = 4_000_000

/** Reads a file that a scenario names; its path counts from the folder of the scenario. */
export function fileBeside(scenario: string, name: string): SourceFile | { wrong: string } {
  const file = isAbsolute(name) ? name : join(dirname(scenario), name)
  try {
    const stat = statSync(file)
    if (!stat.isFile()) return { wrong: 'it is not a file' }
    if (stat.size > MOST_BYTES) return { wrong: `it has more than ${MOST_BYTES / 1e6} MB` }
    return { file, text: readFileSync(file, 'utf8') }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return { wrong: code === 'ENOENT' ? `there is no ${file}` : String(code ?? error) }
  }
}
