import { UsageError } from '../../model/errors.ts'
import type { Finding, Judgement, LimitResult } from '../../model/finding.ts'
import type { Expectation, Plan } from '../../model/plan.ts'

/** What is wrong with a run and has to stay wrong while the run is made smaller. */
export type Symptom = { kind: 'checker' | 'limit'; name: string }

/** What a run proves, as far as it can be a symptom. */
export type Proof = { findings: readonly Finding[]; judgement: Pick<Judgement, 'limits'> }

const isBroken = ({ verdict }: { verdict: string }): boolean => verdict === 'fail'

const weight = ({ promised, about }: Finding): number =>
  (promised ? 2 : 0) + (about === 'correctness' ? 1 : 0)

/** The findings and limits that fail, the gravest first. */
function symptomsOf({ findings, judgement }: Proof): Symptom[] {
  const checkers = findings.filter(isBroken).sort((a, b) => weight(b) - weight(a))
  const limits = new Set(judgement.limits.filter(isBroken).map(({ limit }) => limit.text))
  const promised = checkers.filter((finding) => finding.promised)
  const others = checkers.filter((finding) => !finding.promised)
  const named = (found: readonly Finding[]): Symptom[] =>
    found.map(({ checker }) => ({ kind: 'checker', name: checker }))
  return [
    ...named(promised),
    ...[...limits].map((name): Symptom => ({ kind: 'limit', name })),
    ...named(others),
  ]
}

/** The symptom named, or the gravest. Throws UsageError where nothing fails, or not that. */
export function symptomOf(proof: Proof, wanted?: string): Symptom {
  const all = symptomsOf(proof)
  const names = all.map(({ name }) => name).join(', ')
  if (all.length === 0)
    throw new UsageError(
      'nothing fails in this run: neither a checker nor a limit. There is nothing to shrink.',
    )
  const found = wanted === undefined ? all[0] : all.find(({ name }) => name === wanted)
  if (!found) throw new UsageError(`"${wanted}" does not fail in this run. What fails: ${names}.`)
  return found
}

export const shows = ({ kind, name }: Symptom, { findings, judgement }: Proof): boolean =>
  kind === 'checker'
    ? findings.some((finding) => finding.checker === name && isBroken(finding))
    : judgement.limits.some((result) => result.limit.text === name && isBroken(result))

/** The finding or the limit's result that shows it. */
export const shownBy = (
  { kind, name }: Symptom,
  proof: Proof,
): Finding | LimitResult | undefined =>
  kind === 'checker'
    ? proof.findings.find((finding) => finding.checker === name)
    : proof.judgement.limits.find((result) => result.limit.text === name && isBroken(result))

/** The plan asked for nothing but its symptom: other limits can only be in the way of it. */
export function askedOnlyFor<P extends Plan>({ kind, name }: Symptom, plan: P): P {
  const limits = plan.limits.filter((limit) => kind === 'limit' && limit.text === name)
  return { ...plan, limits }
}

/** What to expect of the smaller run, so that it can be kept as a test. */
export function expectationOf(symptom: Symptom, proof: Proof): Expectation {
  const { kind, name } = symptom
  const promised =
    kind === 'limit' ||
    proof.findings.some(({ checker, promised: held }) => checker === name && held)
  const mustFire = kind === 'checker' ? [name] : []
  const shown = kind === 'limit' ? shownBy(symptom, proof) : undefined
  const mustBreak = shown && 'limit' in shown ? { mustBreak: [shown.limit.metric] } : {}
  return { verdict: promised ? 'fail' : 'pass', mustFire, mustNotFire: [], ...mustBreak }
}
