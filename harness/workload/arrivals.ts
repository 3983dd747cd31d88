import { exponential } from '../base/laws.ts'
import type { Rng } from '../base/rng.ts'
import { type Changing, factors, highestFactor } from '../model/arrivals.ts'
import { type LoadPlan, loadName } from '../model/plan.ts'
import { SECOND, type Us } from '../model/units.ts'

/** Kinds of operation that arrive by themselves; other fetches follow an upsert. */
export const arrivingKinds = ['search', 'upsert', 'delete', 'fetch'] as const
type ArrivingKind = (typeof arrivingKinds)[number]

/** Operations per second of one kind. */
export function rateOf(load: LoadPlan, kind: ArrivingKind): number {
  return {
    search: load.searchPerSec,
    upsert: load.upsertPerSec,
    delete: load.deletePerSec,
    fetch: load.fetchPerSec,
  }[kind]
}

/** The stream `fetch` was taken: it says which own writes are read back, and when. */
const streamOf = (kind: ArrivingKind): string => (kind === 'fetch' ? 'fetch-any' : kind)

/**
 * Intended times of one kind of operation in one region, ascending, in [0, endUs). Drawn from the stream
 * `load/<region>/<kind>` (of a class: `load/<region>/<class>/<kind>`; of fetches: `fetch-any`) of `rng` and from nothing
 * else: no other stream, class, region or answer can move them.
 */
export function arrivalTimes(load: LoadPlan, kind: ArrivingKind, endUs: Us, rng: Rng): Us[] {
  const perSec = rateOf(load, kind)
  if (perSec <= 0) return []
  const stream = rng.fork(`load/${loadName(load)}/${streamOf(kind)}`)
  if (load.arrivals.kind === 'constant') return evenTimes(perSec, endUs, stream.uniform())
  return thinnedTimes(load.arrivals, perSec, endUs, stream)
}

/** One every 1/rate, counted from the start so that rounding never adds up; `phase` keeps streams out of step. */
function evenTimes(perSec: number, endUs: Us, phase: number): Us[] {
  const times: Us[] = []
  for (let i = 0; ; i++) {
    const at = Math.floor(((i + phase) * SECOND) / perSec)
    if (at >= endUs) return times
    times.push(at)
  }
}

/**
 * Poisson process of a rate that changes: candidates at the highest rate, each kept with probability
 * rate(t) / highest (Lewis and Shedler 1979). A steady rate keeps them all.
 */
function thinnedTimes(arrivals: Changing, perSec: number, endUs: Us, rng: Rng): Us[] {
  const highest = highestFactor(arrivals)
  const gapUs = SECOND / (perSec * highest)
  const factorAt = factors(arrivals, endUs)
  const times: Us[] = []
  for (let at = exponential(rng) * gapUs; at < endUs; at += exponential(rng) * gapUs) {
    const factor = factorAt(at)
    if (factor === highest || rng.uniform() * highest < factor) times.push(Math.floor(at))
  }
  return times
}
