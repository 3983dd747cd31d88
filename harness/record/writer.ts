import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { RecordEvent } from '../model/record.ts'

/** Lines are gathered up to this many characters, or until `flush`. */
const BUFFER_CHARS = 1 << 18

/** The append-only record on disk. An event is a line from the moment it happens; `flush` at phase borders. */
export interface RecordWriter {
  append(event: RecordEvent): void
  flush(): void
  close(): void
  /** Lines so far. */
  readonly lines: number
}

/** Opens `path` for writing from nothing. Throws the file system's error if it cannot. */
export function openRecord(path: string): RecordWriter {
  mkdirSync(dirname(path), { recursive: true })
  const file = openSync(path, 'w')
  let buffered: string[] = []
  let chars = 0
  let lines = 0
  const flush = () => {
    if (chars === 0) return
    writeSync(file, buffered.join(''))
    buffered = []
    chars = 0
  }
  return {
    append(event) {
      const line = `${JSON.stringify(event)}\n`
      buffered.push(line)
      chars += line.length
      lines++
      if (chars >= BUFFER_CHARS) flush()
    },
    flush,
    close() {
      flush()
      closeSync(file)
    },
    get lines() {
      return lines
    },
  }
}
