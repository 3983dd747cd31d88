import { connect } from 'node:http2'
import type { Us } from '../../../model/units.ts'
import type { Address } from '../../adapters/message-wire.ts'

const GET_VERSION = '/milvus.proto.milvus.MilvusService/GetVersion'
/** A gRPC message that is empty: not compressed, length 0. */
const EMPTY = Buffer.alloc(5)

/**
 * Asks a Milvus for its version over one connection of its own; settles with whether an answer came in time. A PING
 * would not do: Milvus serves two protocols on its port, and answers nothing before it has seen the headers of a call.
 */
export function milvusAnswers({ host, port }: Address, deadlineUs: Us): Promise<boolean> {
  return new Promise((resolve) => {
    const session = connect(`http://${host}:${port}`)
    const settle = (ok: boolean): void => {
      clearTimeout(timer)
      session.destroy()
      resolve(ok)
    }
    const timer = setTimeout(() => settle(false), deadlineUs / 1000)
    session.on('error', () => settle(false))
    session.on('close', () => settle(false))
    const call = session.request({
      ':method': 'POST',
      ':path': GET_VERSION,
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    let status = ''
    call.on('response', (headers) => {
      status = String(headers['grpc-status'] ?? '')
    })
    call.on('trailers', (trailers) => {
      status = String(trailers['grpc-status'])
    })
    call.on('error', () => settle(false))
    call.on('end', () => settle(status === '0'))
    call.resume()
    call.end(EMPTY)
  })
}
