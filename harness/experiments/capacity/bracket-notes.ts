import { type CapacityOutcome, levelsOf, type Trial } from '../../model/capacity.ts'
import { percentText } from '../../text/value.ts'
import { type Search, timesText } from './bracket.ts'

/** What has to be known to read a bracket: where seeds differ, where nothing could be told, how wide it is, and why. */
export function bracketNotes(
  trials: readonly Trial[],
  outcome: CapacityOutcome,
  { width }: Pick<Search, 'width'>,
): string[] {
  if (outcome.kind !== 'bracketed') return []
  const { keeps, fails } = outcome
  const levels = levelsOf(trials)
  const inside = levels.filter(
    ({ factor, trials: own }) =>
      factor > keeps && factor < fails && own.some(({ verdict }) => verdict !== 'pass'),
  )
  const wide = fails / keeps - 1
  const passing = levels.filter(
    ({ factor, trials: own }) => factor > fails && own.some(({ verdict }) => verdict === 'pass'),
  )
  return [
    ...inside.map(levelNote),
    ...passing.map(
      ({ factor }) => `At ${timesText(factor)} it passes again, above a rate at which it fails.`,
    ),
    ...(wide > width
      ? [
          `The bracket is ${percentText(wide)} wide, and ${percentText(width)} was asked for: between its ends seeds differ, or runs show too little. Longer runs show more.`,
        ]
      : []),
  ]
}

/** Of a factor inside the bracket: what each seed came to there. */
function levelNote({ factor, trials }: { factor: number; trials: Trial[] }): string {
  const verdicts = trials.map(({ seed, verdict }) => `seed ${seed} ${words[verdict]}`).join(', ')
  const odd = trials.find(({ verdict }) => verdict !== 'pass')
  return `At ${timesText(factor)} ${verdicts}${odd ? `. ${odd.because}` : '.'}`
}

const words: Record<Trial['verdict'], string> = {
  pass: 'keeps all limits',
  fail: 'breaks one',
  open: 'shows neither',
  unknown: 'has no evidence',
  invalid: 'is invalid',
  'not run': 'was not run',
}
