import type { Us } from '../../model/units.ts'

/** A stretch of time from the beginning to the end of an operation; `to` is ∞ if it was never answered. */
export type Span = { from: Us; to: Us }

/**
 * Calls `take` for each `a` that ended before `b` began with nothing whole in between: what else precedes follows
 * from these. Operations that touch in one instant have no order. O(n (log n + operations at once)).
 */
export function eachPrecedence<S extends Span>(
  spans: readonly S[],
  take: (a: S, b: S) => void,
): void {
  const ended = spans
    .filter(({ to }) => to !== Number.POSITIVE_INFINITY)
    .sort((a, b) => a.to - b.to)
  let latest = Number.NEGATIVE_INFINITY
  const latestFrom = ended.map(({ from }) => {
    latest = Math.max(latest, from)
    return latest
  })
  const ends = ended.map(({ to }) => to)
  for (const b of spans) {
    const before = countBefore(ends, b.from)
    if (before === 0) continue
    // Who ended before another of them even began is that one's predecessor already.
    const floor = latestFrom[before - 1] as number
    for (let i = before - 1; i >= 0; i--) {
      const a = ended[i] as S
      if (a.to < floor) break
      take(a, b)
    }
  }
}

/** How many of `times`, which are sorted, lie before `us`. */
export function countBefore(times: readonly Us[], us: Us): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((times[middle] as Us) < us) low = middle + 1
    else high = middle
  }
  return low
}
