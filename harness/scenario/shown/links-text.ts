import { type LinkPlan, type Plan, roundTripUs } from '../../model/plan.ts'
import type { Windows } from '../../model/profile.ts'
import { mostPerSecond } from '../../model/transport.ts'
import { textTable, WIDTH, wrap } from '../../text/table.ts'
import { bandwidthText, bytesText, durationText, shareText, sizeText } from './figures.ts'

/** The links of a plan: delays, what else they do, and what a connection over them is taken to carry. */
export function linkLines(plan: Plan): string[] {
  if (plan.links.length === 0) return []
  const rows = plan.links.map((link) => [
    `${link.from} -> ${link.to}`,
    durationText(link.latencyUs),
    durationText(roundTripUs(plan, link)),
    linkDetails(link),
  ])
  const header = ['', 'one way', 'round trip', '']
  const table = textTable(header, ['left', 'right', 'right', 'left'], rows)
  const said = transportText(plan).flatMap((line) => wrap(line, WIDTH - 2))
  return [...table, ...said.map((line) => `  ${line}`)]
}

/** Jitter, loss, bandwidth and window, as far as there are any: `± 2ms, 1% lost, 100Mbit/s, window 1MiB`. */
export function linkDetails({ jitterUs, law, lossShare, bitsPerSec, ...rest }: LinkPlan): string {
  const parts = [
    ...(jitterUs > 0
      ? [law === 'uniform' ? `± ${durationText(jitterUs)}` : `+ ${durationText(jitterUs)} ${law}`]
      : []),
    ...(lossShare > 0 ? [`${shareText(lossShare)} lost`] : []),
    ...(bitsPerSec > 0 ? [bandwidthText(bitsPerSec)] : []),
    ...(rest.windowBytes === undefined ? [] : [`window ${sizeText(rest.windowBytes)}`]),
  ]
  return parts.join(', ')
}

/** What is assumed of connections over the links, in whole sentences: `check` prints them, and the report. */
export function transportText(plan: Plan): string[] {
  const { world, links, profile } = plan
  if (links.length === 0) return []
  if (world !== 'sim')
    return [
      'Toxiproxy ends every connection at both of its sides: no window meets the round trip of a link here, and a backlog crosses faster than over a real one.',
    ]
  const lossy = links.some(({ lossShare }) => lossShare > 0) || plan.faults.some(isLoss)
  return [...(profile.windows ? [windowText(plan, profile.windows)] : []), ...(lossy ? [LOSS] : [])]
}

const isLoss = ({ kind }: Plan['faults'][number]): boolean => kind === 'loss'

const LOSS =
  'A lost segment is sent again after one round trip where three later ones arrive, else after srtt + 4 rttvar with the second part at least 200ms (Linux), doubling; a share p of losses bounds a connection to 1.22 × 1448 B ÷ √p a round trip (Mathis 1997).'

function windowText(plan: Plan, windows: Windows): string {
  const sizes = (['mirror', 'log', 'store', 'agent'] as const).map(
    (service) =>
      `${service} ${windows[service] === 0 ? 'without bound' : sizeText(windows[service])}`,
  )
  const rates = plan.links.map((link) => mostPerSecond(plan, link, 'mirror'))
  const least = Math.min(...rates)
  const slowest = plan.links[rates.indexOf(least)] as Plan['links'][number]
  const said = Number.isFinite(least)
    ? `: a mirror over ${slowest.from} -> ${slowest.to} gets at most ${bytesText(Math.round(least))}/s`
    : ''
  return `A connection carries at most its window each round trip (${sizes.join(', ')})${said}.`
}
