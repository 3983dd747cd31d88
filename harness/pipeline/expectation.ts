import type { Acceptance } from '../../reports/ci/suite.ts'
import { exitCodes } from '../analysis/limits/judge.ts'
import type { Analysis, Finding, Judgement } from '../model/finding.ts'

/** A finding fires if it is not a clean pass: it found violations, or could not say. */
export const fires = (finding: Finding): boolean =>
  finding.violations > 0 || finding.verdict !== 'pass'

/** What of the scenario's `expect:` did not come out, as sentences; empty if all did, or nothing is expected. */
export function unmet(analysis: Analysis, judgement: Judgement): string[] {
  const { expect } = analysis.plan
  if (!expect) return []
  const firing = new Set(analysis.findings.filter(fires).map(({ checker }) => checker))
  const wrong: string[] = []
  if (judgement.verdict !== expect.verdict)
    wrong.push(`the verdict should be ${expect.verdict} and is ${judgement.verdict}`)
  for (const checker of expect.mustFire)
    if (!firing.has(checker)) wrong.push(`${checker} should fire and does not`)
  const broken = judgement.limits.filter(({ verdict }) => verdict === 'fail')
  for (const metric of expect.mustBreak ?? [])
    if (!broken.some(({ limit }) => limit.metric === metric))
      wrong.push(`a limit on ${metric} should break and none does`)
  for (const checker of expect.mustNotFire)
    if (firing.has(checker))
      wrong.push(`${checker} should be quiet and ${saidBy(checker, analysis)}`)
  return wrong
}

const saidBy = (checker: string, { findings }: Analysis): string => {
  const found = findings.find((finding) => finding.checker === checker)
  return found && found.violations === 0 ? `cannot say: ${found.because}` : 'fires'
}

/** By what a run is judged beside its verdict. */
export type Standard = { expect?: boolean; allowUnknown?: boolean }

/** Whether CI servers are to accept a run: as its exit code says. */
export function acceptanceOf(
  analysis: Analysis,
  judgement: Judgement,
  standard: Standard,
): Acceptance {
  const passed = judgement.verdict === 'pass'
  if (standard.expect && analysis.plan.expect) {
    const wrong = unmet(analysis, judgement)
    const met = wrong.length === 0 && !passed
    return { unmet: wrong, accepted: met ? 'as the scenario expects' : null }
  }
  const allowed = standard.allowUnknown && isOnlyUnknown(judgement)
  return { unmet: [], accepted: allowed ? 'accepted by --allow-unknown' : null }
}

/** Nothing is wrong with the run but that there is no evidence for something. */
export const isOnlyUnknown = ({ verdict, exitCode }: Judgement): boolean =>
  verdict === 'unknown' && exitCode === exitCodes.unknown
