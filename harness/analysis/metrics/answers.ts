import type { MetricRow } from '../../model/metric.ts'
import type { PointId, Row } from '../../model/point.ts'
import type { ProbeEvent } from '../../model/record.ts'
import type { Us } from '../../model/units.ts'
import type { Facts } from '../facts/facts.ts'

/** Persistence of RBO: 0.9 puts 86 % of the weight on the first ten ranks. */
const PERSISTENCE = 0.9

/** How far the answers of two regions to one query at one instant were apart, in [0, 1]. */
export type AnswerDifference = {
  t: Us
  link: string
  query: Row
  k: number
  /** 1 - Jaccard@k of the sets of ids. */
  jaccard: number
  /** 1 - RBO of the rankings. */
  rbo: number
}

/** One difference for each pair of regions (`a<>b` in the order of the plan) that both answered a probe. */
export function answerDifferences({ history }: Facts): AnswerDifference[] {
  const { regions } = history.plan
  const pairs = new Map<number, Map<string, ProbeEvent>>()
  for (const probe of history.probes) {
    if (probe.outcome !== 'ok') continue
    const answers = pairs.get(probe.pair) ?? new Map<string, ProbeEvent>()
    answers.set(probe.region, probe)
    pairs.set(probe.pair, answers)
  }
  const found: AnswerDifference[] = []
  for (const answers of pairs.values())
    for (const [i, a] of regions.entries())
      for (const b of regions.slice(i + 1)) {
        const one = answers.get(a)
        const two = answers.get(b)
        if (!one || !two) continue
        const jaccard = 1 - jaccardOf(one.ids, two.ids)
        const rbo = 1 - rboOf(one.ids, two.ids, PERSISTENCE)
        const { t, query, k } = one
        found.push({ t, link: `${a}<>${b}`, query, k, jaccard, rbo })
      }
  return found
}

/** Mean difference by pair of regions and phase of the probe; operation `rbo` has the one by ranks. */
export function answerRows(
  differences: readonly AnswerDifference[],
  phaseOf: (us: Us) => string,
): MetricRow[] {
  const groups = new Map<string, { link: string; phase: string; all: AnswerDifference[] }>()
  for (const difference of differences) {
    const phase = phaseOf(difference.t)
    const key = `${difference.link}|${phase}`
    const group = groups.get(key) ?? { link: difference.link, phase, all: [] }
    group.all.push(difference)
    groups.set(key, group)
  }
  return [...groups.values()].flatMap(({ link, phase, all }): MetricRow[] => {
    const at = {
      metric: 'answer-difference',
      unit: 'ratio',
      link,
      phase,
      count: all.length,
    } as const
    return [
      { ...at, value: meanOf(all.map(({ jaccard }) => jaccard)) },
      { ...at, operation: 'rbo', value: meanOf(all.map(({ rbo }) => rbo)) },
    ]
  })
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** Shared ids / all ids; two empty answers are equal. */
export function jaccardOf(a: readonly PointId[], b: readonly PointId[]): number {
  const one = new Set(a)
  const two = new Set(b)
  if (one.size === 0 && two.size === 0) return 1
  let shared = 0
  for (const id of one) if (two.has(id)) shared++
  return shared / (one.size + two.size - shared)
}

/**
 * Rank-biased overlap of two rankings, extrapolated: equation 32 of Webber, Moffat and Zobel, "A similarity
 * measure for indefinite rankings" (2010), for lists of any two lengths. 1 if both are empty, 0 if one is.
 */
export function rboOf(a: readonly PointId[], b: readonly PointId[], p: number): number {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a]
  if (long.length === 0) return 1
  if (short.length === 0) return 0
  const overlaps = overlapByDepth(short, long)
  const s = short.length
  const l = long.length
  const atShort = overlaps[s] as number
  const atLong = overlaps[l] as number
  let sum = 0
  let weight = 1
  for (let depth = 1; depth <= l; depth++) {
    weight *= p
    sum += ((overlaps[depth] as number) / depth) * weight
    if (depth > s) sum += ((atShort * (depth - s)) / (s * depth)) * weight
  }
  return ((1 - p) / p) * sum + ((atLong - atShort) / l + atShort / s) * weight
}

/** How many ids the first d of both lists share, for each depth d. */
function overlapByDepth(short: readonly PointId[], long: readonly PointId[]): number[] {
  const seenShort = new Set<PointId>()
  const seenLong = new Set<PointId>()
  const overlaps = [0]
  let shared = 0
  for (let depth = 0; depth < long.length; depth++) {
    const fromLong = long[depth] as PointId
    const fromShort = short[depth]
    seenLong.add(fromLong)
    if (fromShort !== undefined) seenShort.add(fromShort)
    if (seenShort.has(fromLong)) shared++
    if (fromShort !== undefined && fromShort !== fromLong && seenLong.has(fromShort)) shared++
    overlaps.push(shared)
  }
  return overlaps
}
