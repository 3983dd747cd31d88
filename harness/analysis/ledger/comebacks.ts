import type { RegionName, Us } from '../../model/units.ts'
import type { Facts } from '../facts/facts.ts'
import { storesOf } from '../facts/op.ts'

/** How often the lease came to a region that had not held it last. */
export function takeovers({ history }: Facts): number {
  let last: RegionName | null = null
  let taken = 0
  for (const { what, region } of history.epochs) {
    if (what !== 'acquired') continue
    if (last !== null && last !== region) taken++
    last = region
  }
  return taken
}

/** Searches answered from a store that was up and had none of its data. */
export function answeredWithoutData({ history }: Facts): number {
  const empty: { region: RegionName; fromUs: Us; untilUs: Us }[] = []
  for (const { region, what, t } of history.stores) {
    if (what === 'unloaded') empty.push({ region, fromUs: t, untilUs: Number.POSITIVE_INFINITY })
    if (what !== 'loaded') continue
    for (const span of empty) if (span.region === region) span.untilUs = Math.min(span.untilUs, t)
  }
  return history.ops.filter((op) => {
    const { kind, outcome, dispatched, done } = op
    if (kind !== 'search' || outcome !== 'ok' || dispatched === null || done === null) return false
    const stores = storesOf(op)
    return empty.some(
      ({ region, fromUs, untilUs }) =>
        stores.includes(region) && dispatched >= fromUs && done < untilUs,
    )
  }).length
}

/** Starts of a mirror after which it copied again what it had copied before. */
export function mirrorsGoneBack({ mirrorings }: Facts): number {
  let gone = 0
  for (const { mirror, copies } of mirrorings) {
    const first = new Map<string, Us>()
    const again: { fromUs: Us; untilUs: Us }[] = []
    for (const { hop, source } of copies) {
      const key = `${source.lane} ${source.offset}`
      const fromUs = first.get(key)
      if (fromUs === undefined) first.set(key, hop.t)
      else again.push({ fromUs, untilUs: hop.t })
    }
    gone += mirror.filter(
      ({ what, t }) =>
        what === 'resumed' && again.some(({ fromUs, untilUs }) => fromUs < t && t <= untilUs),
    ).length
  }
  return gone
}
