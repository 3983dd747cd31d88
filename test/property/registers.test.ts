import { expect, test } from 'vitest'
import { causal } from '../../harness/analysis/checkers/causal.ts'
import type { Checked } from '../../harness/analysis/checkers/finding.ts'
import { linearizable } from '../../harness/analysis/checkers/linearizable.ts'
import { sequential } from '../../harness/analysis/checkers/sequential.ts'
import { type RandomHistory, randomHistory } from '../support/random-register.ts'
import { everythingPromised, spoken } from '../support/record.ts'
import {
  inRealTime,
  inSession,
  nothingTooEarly,
  someCauseExplains,
  someOrderExplains,
} from '../support/wing-gong.ts'

const HISTORIES = 12_000

/** Compares a checker with a search through everything, and counts what was seen of each kind. */
function compared(
  checker: typeof linearizable,
  explains: (history: RandomHistory) => boolean,
): Record<string, number> {
  const seen: Record<string, number> = {}
  for (let seed = 1; seed <= HISTORIES; seed++) {
    const history = randomHistory(seed)
    const said = spoken(checker(history.facts(), everythingPromised))
    if (said.evidence === 0) continue
    const wanted = explains(history) ? 'pass' : 'fail'
    if (said.verdict !== wanted && !isOpen(said)) throw disagreement(seed, said, wanted, history)
    const kind = isOpen(said) ? 'open' : `${wanted}${withDeletes(history)}`
    seen[kind] = (seen[kind] ?? 0) + 1
  }
  return seen
}

const isOpen = ({ verdict, evidence }: Checked): boolean => verdict === 'unknown' && evidence > 0

const withDeletes = ({ ops }: RandomHistory): string =>
  ops.some(({ kind, value }) => kind === 'write' && value === null) ? ' with deletes' : ''

function disagreement(seed: number, said: Checked, wanted: string, history: RandomHistory): Error {
  const { verdict, because, events } = said
  const why = events.map(({ sentence }) => sentence).join(' ')
  return new Error(
    `seed ${seed}: said ${verdict} (${because} ${why}), must be ${wanted}: ` +
      `begins with ${history.first}; ${history.text}`,
  )
}

const kinds = ['pass', 'fail', 'pass with deletes', 'fail with deletes'] as const

test('linearizable says what a search through all orders says, of thousands of small histories', () => {
  const seen = compared(linearizable, ({ ops, first }) => someOrderExplains(ops, first, inRealTime))
  for (const kind of kinds) expect(seen[kind], kind).toBeGreaterThan(500)
  expect(seen).not.toHaveProperty('open')
})

test('sequential says what a search through all orders says, of thousands of small histories', () => {
  const seen = compared(
    sequential,
    ({ ops, first }) => nothingTooEarly(ops, first) && someOrderExplains(ops, first, inSession),
  )
  for (const kind of kinds) expect(seen[kind], kind).toBeGreaterThan(200)
  expect(seen).not.toHaveProperty('open')
})

test('causal says what all ways to know of something say, and is seldom undecided', () => {
  const seen = compared(causal, ({ ops, first }) => someCauseExplains(ops, first))
  for (const kind of kinds) expect(seen[kind], kind).toBeGreaterThan(200)
  expect(seen['open'] ?? 0).toBeLessThan(HISTORIES / 100)
})
