import type { Us } from '../model/units.ts'

/** A length in seconds: `12.345 s`. */
export const seconds = (us: Us): string => `${(us / 1_000_000).toFixed(3)} s`

/** A moment as the record has it, marked for `sinceWarmup`: who words a finding need not know where counting begins. */
export const moment = (us: Us): string => `‹${seconds(us)}›`

/** A sentence with its moments counted from the end of warm-up, as a scenario counts them: `12.345 s`, `-0.500 s`. */
export const sinceWarmup = (sentence: string, warmupUs: Us): string =>
  sentence.replace(/‹(-?[\d.]+) s›/g, (_, text) => seconds(Number(text) * 1_000_000 - warmupUs))
