import { absentHere, calledHere, example } from './field-words.ts'
import { closest, list } from './spelling.ts'

const plain = (word: string): string => word.toLowerCase().replace(/[-_. ]/g, '')

/** What other tools' word for something is called here: those of its names that are known. */
function calledByOthers(word: string, known: readonly string[]): string[] {
  const key = plain(word)
  if (!Object.hasOwn(calledHere, key)) return []
  const names = (calledHere[key] as string).split(' ')
  return names.filter((name) => known.includes(name) && name !== word)
}

/** The known keys that an unknown one may stand for: other tools' word for them, or a slip of the pen. */
export function meantKeys(word: string, known: readonly string[]): string[] {
  const called = calledByOthers(word, known)
  const near = closest(word, known)
  return called.length > 0 || near === undefined ? called : [near]
}

/** What to do about a key that nothing reads. What stands beside it already is hardly what was meant. */
export function keyHint(
  word: string,
  known: readonly string[],
  beside: readonly string[] = [],
): string {
  const all = calledByOthers(word, known)
  const free = all.filter((name) => !beside.includes(name))
  const called = free.length > 0 ? free : all
  const [here] = called
  if (here !== undefined) {
    const names = called.map((name) => `"${name}"`).join(' or ')
    const shown = called.length === 1 && Object.hasOwn(example, here)
    return `Here it is called ${names}.${shown ? ` Write it like ${example[here]}.` : ''}`
  }
  const near = closest(word, known)
  if (near !== undefined) return `Did you mean "${near}"?`
  const absent = Object.hasOwn(absentHere, plain(word)) ? `${absentHere[plain(word)]} ` : ''
  return `${absent}Known keys: ${list(known)}.`
}
