import type { MetricRow } from '../../model/metric.ts'
import type { Facts } from '../facts/facts.ts'

/**
 * Bytes by directed link and phase, and over the whole run by acknowledged write that entered at the sending
 * side (operation `per-write`). A count of bytes ends at its time: on a border it belongs to the phase before.
 */
export function byteRows({ history, phaseOf, spans }: Facts): MetricRow[] {
  const byPhase = new Map<string, { link: string; phase: string; count: number; bytes: number }>()
  const byLink = new Map<string, { from: string; bytes: number }>()
  // A link over which nothing went in a phase was counted too: 0 bytes.
  for (const { from, to } of history.plan.links)
    for (const { name: phase } of history.linkBytes.length > 0 ? spans : []) {
      const link = `${from}>${to}`
      byPhase.set(`${link}|${phase}`, { link, phase, count: 0, bytes: 0 })
    }
  for (const { from, to, t, bytes } of history.linkBytes) {
    const link = `${from}>${to}`
    const phase = phaseOf(t - 1)
    const key = `${link}|${phase}`
    const tally = byPhase.get(key) ?? { link, phase, count: 0, bytes: 0 }
    tally.count++
    tally.bytes += bytes
    byPhase.set(key, tally)
    const total = byLink.get(link) ?? { from, bytes: 0 }
    total.bytes += bytes
    byLink.set(link, total)
  }
  const at = { metric: 'link-bytes', unit: 'bytes' } as const
  const phases = [...byPhase.values()].map(({ link, phase, count, bytes }) => ({
    ...at,
    link,
    phase,
    count,
    value: bytes,
  }))
  const perWrite = [...byLink].flatMap(([link, { from, bytes }]): MetricRow[] => {
    const writes = acknowledgedIn(from, history)
    return writes === 0
      ? []
      : [{ ...at, link, operation: 'per-write', count: writes, value: bytes / writes }]
  })
  return [...phases, ...perWrite]
}

function acknowledgedIn(region: string, { ops }: Facts['history']): number {
  return ops.filter(
    ({ kind, outcome, gateway }) =>
      outcome === 'ok' && gateway === region && (kind === 'upsert' || kind === 'delete'),
  ).length
}
