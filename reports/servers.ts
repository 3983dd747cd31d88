import { counted, countText, percentText } from '../harness/text/value.ts'
import { table } from './charts/table.ts'
import { html, type Markup } from './markup.ts'
import type { ReportEnvironment } from './report.ts'

type Server = { name: string; memoryMiB: number; cpuShare: number }

/** What each server took when idle, and all together; nothing for a run without servers. */
export function serversOf({ servers, images }: ReportEnvironment): Markup | false {
  if (!Array.isArray(servers) || !servers.every(isServer) || servers.length === 0) return false
  const short = shortNames(servers.map(({ name }) => name))
  const rows = servers.map(({ memoryMiB, cpuShare }, i) => [
    short[i] ?? '',
    `${countText(memoryMiB)} MiB`,
    percentText(cpuShare),
  ])
  const total = (of: (server: Server) => number) =>
    servers.reduce((sum, server) => sum + of(server), 0)
  const memory = `${(total(({ memoryMiB }) => memoryMiB) / 1024).toFixed(2)} GiB`
  const cpu = `${Math.round(100 * total(({ cpuShare }) => cpuShare))} %`
  return html`<p>${counted(servers.length, 'server')}: ${memory} and ${cpu} of a core when idle, before the load.</p>
${table(['server', 'memory', 'idle CPU, of one core'], rows, 1)}
${imageList(images)}`
}

function imageList(images: unknown): Markup | false {
  if (!Array.isArray(images) || images.length === 0) return false
  return html`<p>Images, with their ids:</p><ul>${images.map((image) => html`<li><code>${String(image)}</code></li>`)}</ul>`
}

function isServer(value: unknown): value is Server {
  const { name, memoryMiB, cpuShare } = (value ?? {}) as Partial<Server>
  return typeof name === 'string' && typeof memoryMiB === 'number' && typeof cpuShare === 'number'
}

/** Names of containers without the run that all of them begin with. */
function shortNames(names: readonly string[]): string[] {
  const [first = ''] = names
  let shared = names.length > 1 ? first.length : 0
  for (const name of names) while (!name.startsWith(first.slice(0, shared))) shared--
  const cut = first.lastIndexOf('-', shared - 1) + 1
  return names.map((name) => name.slice(shared === 0 ? 0 : cut))
}
