import { readFileSync } from 'node:fs'
import type { HealthLine } from '../model/health.ts'

/** The lines of health.jsonl; none where there is no such file. A last line that was cut off is left out. */
export function readHealth(path: string): HealthLine[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return []
  }
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as HealthLine]
    } catch {
      return []
    }
  })
}
