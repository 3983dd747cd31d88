import { UsageError } from '../../model/errors.ts'

const MOST = 1_000_000

/** `1..1000`, `1,5,9`, `1..10,42`: seeds in the order written, each once. Throws UsageError. */
export function seedsOf(text: string): number[] {
  const seeds = new Set<number>()
  for (const part of text.split(',')) {
    const [, from, to] = /^\s*(\d+)\s*(?:\.\.\s*(\d+)\s*)?$/.exec(part) ?? []
    if (from === undefined) throw wrong(text, `"${part.trim()}" is neither a seed nor a range`)
    const [first, last] = [Number(from), Number(to ?? from)]
    if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last))
      throw wrong(text, `"${part.trim()}" is past 2^53`)
    if (last < first) throw wrong(text, `${part.trim()} runs backwards`)
    if (seeds.size + last - first >= MOST) throw wrong(text, `these are more than ${MOST} seeds`)
    for (let seed = first; seed <= last; seed++) seeds.add(seed)
  }
  return [...seeds]
}

const wrong = (text: string, why: string): UsageError =>
  new UsageError(`--seeds ${text}: ${why}. Write --seeds 1..1000, or --seeds 1,5,9.`)
