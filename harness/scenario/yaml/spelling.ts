/**
 * Damerau-Levenshtein distance in its restricted form (optimal string alignment): insertions, deletions,
 * substitutions and swaps of neighbours, each letter touched once.
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let best = Math.min(change, at(last, j) + 1, at(row, j - 1) + 1)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, at(beforeLast, j - 2) + 1)
      row.push(best)
    }
    beforeLast = last
    last = row
  }
  return at(last, b.length)
}

const at = (row: readonly number[], j: number): number => row[j] as number

/**
 * The candidate that `word` was probably meant to be: at most two slips away, fewer for short words (two letters
 * have nothing left to recognise). Capitals do not count. The first of equals wins.
 */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = 3
  for (const candidate of candidates) {
    const length = Math.max(word.length, candidate.length)
    // So many letters more or less are so many slips: a word of a megabyte is not worth looking through.
    if (Math.abs(word.length - candidate.length) >= bestDistance) continue
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance && distance <= Math.floor((length - 1) / 2)) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** `Did you mean "x"?`, or what could have been meant if nothing is close. */
export function didYouMean(word: string, candidates: readonly string[], noun: string): string {
  const meant = closest(word, candidates)
  if (meant !== undefined) return `Did you mean "${meant}"?`
  return candidates.length === 0 ? `There are no ${noun}.` : `Known ${noun}: ${list(candidates)}.`
}

/** `a, b, c`, cut after twenty so that a message stays one line. */
export function list(words: readonly string[]): string {
  const shown = words.slice(0, 20).join(', ')
  return words.length > 20 ? `${shown} and ${words.length - 20} more` : shown
}

/** A text as a message can quote it: a long one is cut, and its length said. */
export function shortened(text: string, most = 60): string {
  return text.length <= most ? text : `${text.slice(0, most - 20)}… (${text.length} characters)`
}
