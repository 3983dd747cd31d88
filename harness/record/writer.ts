import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { EnvironmentError } from '../model/errors.ts'
import type { RecordEvent } from '../model/record.ts'

/** Lines are gathered up to this many characters, or until `flush`. */
const BUFFER_CHARS = 1 << 18

/** The append-only record on disk. An event is a line from the moment it happens; `flush` at phase borders. */
interface RecordWriter {
  append(event: RecordEvent): void
  flush(): void
  close(): void
  /** Lines so far. */
  readonly lines: number
  /** Why nothing more is written. Told, not thrown: events come from everywhere, and a run must still be ended well. */
  readonly lost: RecordLostError | null
}

/** What happens can no longer be written down. The record holds everything up to then. */
export class RecordLostError extends EnvironmentError {
  constructor(path: string, cause: NodeJS.ErrnoException) {
    const why = cause.code === 'ENOSPC' ? 'the disk is full' : (cause.code ?? cause.message)
    super(
      `${path} could not be written on: ${why}. The run was ended there; what is written can be reported. ` +
        'Free some space, or give another folder with --out.',
      { cause },
    )
    this.name = 'RecordLostError'
  }
}

/** Opens `path` for writing from nothing. Throws the file system's error if it cannot. */
export function openRecord(path: string): RecordWriter {
  mkdirSync(dirname(path), { recursive: true })
  const file = openSync(path, 'w')
  let buffered: string[] = []
  let chars = 0
  let lines = 0
  let lost: RecordLostError | null = null
  const flush = () => {
    if (chars === 0 || lost) return
    try {
      writeSync(file, buffered.join(''))
    } catch (error) {
      lost = new RecordLostError(path, error as NodeJS.ErrnoException)
    }
    buffered = []
    chars = 0
  }
  return {
    get lost() {
      return lost
    },
    append(event) {
      if (lost) return
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
