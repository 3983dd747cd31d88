import { createWriteStream, type WriteStream } from 'node:fs'
import type { Readable } from 'node:stream'
import type { Engine } from './placed-container.ts'

const FLUSH_WITHIN_MS = 2_000

/** What a container prints, copied to a file while it runs. Docker ends the stream with the process. */
export class ContainerLog {
  private readonly out: WriteStream
  private following: { stream: Readable; ended: Promise<void> } | null = null

  private readonly engine: Engine
  private readonly name: string
  readonly file: string

  constructor(engine: Engine, name: string, file: string) {
    this.engine = engine
    this.name = name
    this.file = file
    this.out = createWriteStream(file, { flags: 'a' })
    // A full disk must not end the harness here: whoever writes the record meets it and says so.
    this.out.on('error', () => {})
  }

  /** Follows the process that now runs; what earlier ones printed after `sinceMs` (unix) comes first. */
  async follow(sinceMs = 0): Promise<void> {
    const container = this.engine.getContainer(this.name)
    const since = (sinceMs / 1000).toFixed(6) as unknown as number
    const raw = await container.logs({ follow: true, stdout: true, stderr: true, since })
    const stream = raw as unknown as Readable
    const ended = new Promise<void>((resolve) => {
      for (const event of ['end', 'close', 'error']) stream.once(event, () => resolve())
    })
    this.engine.modem.demuxStream(stream, this.out, this.out)
    this.following = { stream, ended }
  }

  async tail(lines: number): Promise<string> {
    const container = this.engine.getContainer(this.name)
    const raw = await container.logs({ stdout: true, stderr: true, tail: lines, follow: false })
    return withoutHeaders(raw)
  }

  /** Once the container has ended: waits, bounded, until all it printed is in the file. */
  async close(): Promise<void> {
    if (this.following) {
      await bounded(this.following.ended)
      this.following.stream.destroy()
    }
    await bounded(new Promise<void>((resolve) => this.out.end(() => resolve())))
  }
}

function bounded(work: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, FLUSH_WITHIN_MS)
    const end = () => {
      clearTimeout(timer)
      resolve()
    }
    work.then(end, end)
  })
}

/** Docker puts 8 bytes before each piece: the stream's number, three zeros, the length. */
function withoutHeaders(raw: Buffer): string {
  const pieces: Buffer[] = []
  for (let at = 0; at + 8 <= raw.length; ) {
    const length = raw.readUInt32BE(at + 4)
    pieces.push(raw.subarray(at + 8, at + 8 + length))
    at += 8 + length
  }
  return Buffer.concat(pieces).toString('utf8')
}
