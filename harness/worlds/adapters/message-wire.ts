import {
  Agent as Connections,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { RegionName, Us } from '../../model/units.ts'
import { CallError, DeadlineError } from '../../ports/errors.ts'
import type { Message } from '../../ports/network.ts'
import { within } from './host-clock.ts'

/** Where a server answers, as seen from the one who dials. */
export type Address = { host: string; port: number }

export type Handler = (message: Message, from: RegionName) => Promise<Message>

/** The caller's region stands here: a handler is told who asks. */
const FROM = 'x-faultline-from'

/**
 * Answers messages of agents and users over HTTP/1.1, as long as `close` was not called. A handler's CallError
 * becomes the caller's; anything else it throws is `broken`.
 */
export function serveMessages(
  address: Address,
  handlers: ReadonlyMap<string, Handler>,
  broken: (error: unknown) => void,
): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    answer(incoming, handlers).then((reply) => send(outgoing, reply), broken)
  })
  // Never close an idle connection: a request that crosses the close on its way would be of unknown outcome.
  server.keepAliveTimeout = 0
  // Nor one on which nothing has come yet: a link that is cut swallows what was said on it, and Node would send 408.
  server.headersTimeout = 0
  server.requestTimeout = 0
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(address.port, address.host, () => {
      server.off('error', reject)
      resolve(server)
    })
  })
}

type Reply = { message: Message } | { error: string; definite: boolean }

/** What is no whole answer of ours, as when a connection ends in the middle of one, leaves the outcome unknown. */
function replyIn(text: string): Reply {
  try {
    return JSON.parse(text) as Reply
  } catch {
    return { error: 'no whole answer', definite: false }
  }
}

async function answer(
  incoming: IncomingMessage,
  handlers: ReadonlyMap<string, Handler>,
): Promise<Reply> {
  const text = await textOf(incoming)
  // A caller that gave up before it had said all it wanted.
  if (text === null) return { error: 'request cut off', definite: true }
  const message = JSON.parse(text) as Message
  const handler = handlers.get(message.kind)
  if (!handler) return { error: `nobody answers "${message.kind}"`, definite: true }
  try {
    return { message: await handler(message, String(incoming.headers[FROM])) }
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    return { error: error.message, definite: error.definite }
  }
}

function send(outgoing: ServerResponse, reply: Reply): void {
  const bytes = 'message' in reply ? reply.message.bytes : 0
  outgoing.end(padded(reply, bytes))
}

/** JSON of at least `bytes`: a message weighs on a real link what it claims to weigh. */
const padded = (value: unknown, bytes: number): string => JSON.stringify(value).padEnd(bytes)

function textOf(stream: IncomingMessage): Promise<string | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    stream.on('error', () => resolve(null))
    stream.on('close', () => resolve(null))
  })
}

/** Sends messages to agents: connections are kept, and as many are opened as there are calls at once. */
export class MessageClient {
  private readonly connections = new Connections({ keepAlive: true, noDelay: true })

  private readonly from: RegionName

  constructor(from: RegionName) {
    this.from = from
  }

  /**
   * Rejects with a DeadlineError after `deadlineUs`, and with a definite CallError only if nobody listened. A
   * connection that breaks leaves the outcome unknown.
   */
  call(to: Address, message: Message, deadlineUs: Us): Promise<Message> {
    const body = padded(message, message.bytes)
    const options = { ...to, method: 'POST', agent: this.connections, headers: this.headers(body) }
    const asked = request(options)
    const answered = new Promise<Message>((resolve, reject) => {
      const heard = (text: string | null) => {
        if (text === null) reject(new CallError('connection reset', { definite: false }))
        else settle(replyIn(text), resolve, reject)
      }
      asked.on('response', (incoming) => textOf(incoming).then(heard).catch(reject))
      asked.on('error', (error) => reject(callErrorOf(error)))
    })
    asked.end(body)
    return within(deadlineUs, answered, () => {
      asked.destroy()
      return new DeadlineError()
    })
  }

  close(): void {
    this.connections.destroy()
  }

  private headers(body: string) {
    return { [FROM]: this.from, 'content-length': Buffer.byteLength(body) }
  }
}

function settle(
  reply: Reply,
  resolve: (message: Message) => void,
  reject: (error: Error) => void,
): void {
  if ('message' in reply) resolve(reply.message)
  else reject(new CallError(reply.error, { definite: reply.definite }))
}

/** Nobody listened: the request was never sent. All else may have been read before the connection broke. */
function callErrorOf(error: Error): CallError {
  const { code } = error as NodeJS.ErrnoException
  const definite = code === 'ECONNREFUSED' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH'
  return new CallError(definite ? 'connection refused' : 'connection reset', { definite })
}
