import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fromJson, toJson } from '../../base/json.ts'
import type { Durable } from '../../ports/system.ts'

/** What an agent keeps over a crash, in one file; replaced whole, so that a kill leaves the old one or the new one. */
export function durableFile(path: string): Durable {
  mkdirSync(dirname(path), { recursive: true })
  const values: Record<string, number> = existsSync(path)
    ? (fromJson(readFileSync(path, 'utf8')) as Record<string, number>)
    : {}
  return {
    load: async (key) => values[key],
    async save(key, value) {
      values[key] = value
      writeFileSync(`${path}.new`, toJson(values))
      renameSync(`${path}.new`, path)
    },
  }
}
