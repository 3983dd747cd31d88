import type { AlertOutcome, AlertVerdict } from '../harness/model/alert.ts'

/**
 * One rule as summary.json has it, moments from the start of warm-up. `firedAfterUs` counts from the beginning of the
 * fault, `afterHealUs` from its end; a key is absent where nothing of the kind happened.
 */
export function alertRow(
  { rule, cannotTell, evaluations, withData, episodes, faults }: AlertOutcome,
  verdicts: readonly AlertVerdict[],
) {
  const { alert, text, forUs, keepFiringForUs, everyUs, labels } = rule
  const expected = verdicts.filter(({ expectation }) => expectation.alert === alert)
  return {
    alert,
    expr: text,
    ...{ forUs, keepFiringForUs, everyUs, labels, evaluations, withData },
    ...(cannotTell !== null && { cannotTell }),
    fired: episodes.filter(({ firedUs }) => firedUs !== null).length,
    wrong: episodes.filter(({ wrong }) => wrong).length,
    faults: faults.map((at) => ({ ...withoutNull(at), series: at.series.map(withoutNull) })),
    episodes: episodes.map(withoutNull),
    ...(expected.length > 0 && {
      expected: expected.map(({ verdict, because }) => ({ verdict, because })),
    }),
  }
}

const withoutNull = <T extends object>(row: T): Partial<T> =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as Partial<T>
