import { execFile } from 'node:child_process'
import { linkText } from '../../../model/fault.ts'
import { proxyRefused } from './errors.ts'
import type { Layout } from './layout.ts'

const WITHIN_MS = 30_000
const FILTER_RULE = /^\[\d+:(\d+)\] -A (INPUT|OUTPUT) .*--[ds]port (\d+)$/

/** Runs a program to its end; its stdout. Rejects with what it said. */
export type Run = (program: string, args: readonly string[], input?: string) => Promise<string>

const run: Run = (program, args, input) =>
  new Promise((resolve, reject) => {
    const options = { timeout: WITHIN_MS, killSignal: 'SIGKILL', maxBuffer: 16 * 2 ** 20 } as const
    const child = execFile(program, [...args], options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout)
      reject(new Error(stderr.trim().split('\n')[0] || error.message))
    })
    child.stdin?.on('error', () => {})
    child.stdin?.end(input ?? '')
  })

/** Rules without a target in Toxiproxy's network namespace: they count and let pass. `read` rejects with EnvironmentError. */
export type ByteCounters = { read(): Promise<Map<string, number>> }

/**
 * Counts what passes the ports on which clients meet the proxies. Settles with a text where this host does not let us:
 * it needs root, nsenter and iptables.
 */
export async function countBytes(
  proxies: Layout['proxies'],
  pid: number,
  { root = process.getuid?.() === 0, execute = run } = {},
): Promise<ByteCounters | string> {
  const missing = (why: string) =>
    `capability missing: bytes per link are not counted here (${why})`
  if (!root) return missing('it needs root on the host')
  const inside = ['--target', String(pid), '--net', '--']
  const rules = proxies.flatMap(({ listen: { port } }) => [
    `-A INPUT -p tcp --dport ${port}`,
    `-A OUTPUT -p tcp --sport ${port}`,
  ])
  try {
    await execute(
      'nsenter',
      [...inside, 'iptables-restore', '--noflush'],
      ['*filter', ...rules, 'COMMIT', ''].join('\n'),
    )
  } catch (error) {
    return missing((error as Error).message)
  }
  return {
    read: async () => {
      const asked = execute('nsenter', [...inside, 'iptables-save', '-c', '-t', 'filter'])
      const saved = await asked.catch((error: Error) => {
        throw proxyRefused('let its bytes be counted', error.message)
      })
      return bytesByLink(proxies, saved)
    },
  }
}

/** Bytes by `a>b` from the output of `iptables-save -c`. */
export function bytesByLink(proxies: Layout['proxies'], saved: string): Map<string, number> {
  const byPort = new Map(proxies.map((proxy) => [proxy.listen.port, proxy]))
  const bytes = new Map<string, number>()
  for (const line of saved.split('\n')) {
    const [, count, chain, port] = FILTER_RULE.exec(line) ?? []
    const proxy = byPort.get(Number(port))
    if (!proxy) continue
    const { client, server } = proxy
    const link = linkText(
      chain === 'INPUT' ? { from: client, to: server } : { from: server, to: client },
    )
    bytes.set(link, (bytes.get(link) ?? 0) + Number(count))
  }
  return bytes
}
