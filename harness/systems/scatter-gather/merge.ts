import type { Hit } from '../../ports/store.ts'

/**
 * The k nearest of several answers, each sorted by distance; ties by id, as one store over all of them would give.
 * Exact if every answer holds the k nearest of its part.
 */
export function mergeHits(answers: readonly (readonly Hit[])[], k: number): Hit[] {
  const places = answers.map(() => 0)
  const merged: Hit[] = []
  while (merged.length < k) {
    let best = -1
    for (let i = 0; i < answers.length; i++) {
      const hit = answers[i]?.[places[i] as number]
      const other = best < 0 ? undefined : answers[best]?.[places[best] as number]
      if (hit && (!other || nearer(hit, other))) best = i
    }
    if (best < 0) break
    merged.push(answers[best]?.[places[best] as number] as Hit)
    places[best] = (places[best] as number) + 1
  }
  return merged
}

const nearer = (a: Hit, b: Hit): boolean =>
  a.distance < b.distance || (a.distance === b.distance && a.id < b.id)
