/**
 * Probabilities of several tests, so corrected that all of them together go wrong no more often than one would: Holm,
 * "A simple sequentially rejective multiple test procedure" (1979). In the order they came.
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((a, b) => (ps[a] as number) - (ps[b] as number))
  const corrected: number[] = [...ps]
  let before = 0
  for (const [rank, i] of order.entries()) {
    before = Math.max(before, Math.min(1, (ps[i] as number) * (ps.length - rank)))
    corrected[i] = before
  }
  return corrected
}
