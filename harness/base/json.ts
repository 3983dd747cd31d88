/** What JSON has no number for, as the text that `Number()` and Python's `float()` read back. */
const words = new Map([
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['NaN', Number.NaN],
])

/**
 * JSON in which a figure without end stays one: `JSON.stringify` makes `null` of Infinity and NaN, which the next
 * reader takes for 0. They are written as the texts "Infinity", "-Infinity" and "NaN". -0 is written as 0.
 */
export const toJson = (value: unknown, space?: number): string =>
  JSON.stringify(
    value,
    (_, one) => (typeof one === 'number' && !Number.isFinite(one) ? String(one) : one),
    space,
  )

/** Reads what `toJson` wrote. Throws SyntaxError where `JSON.parse` does. */
export const fromJson = (text: string): unknown =>
  JSON.parse(text, (_, one) => (typeof one === 'string' ? (words.get(one) ?? one) : one))
