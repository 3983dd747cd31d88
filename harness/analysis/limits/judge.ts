import type { AlertVerdict } from '../../model/alert.ts'
import type { Finding, Judgement, LimitResult, Verdict } from '../../model/finding.ts'
import { metrics } from '../../model/metric.ts'
import type { Plan } from '../../model/plan.ts'
import { counted } from '../../text/value.ts'
import { alertVerdicts } from '../alerts/expectations.ts'
import type { Analysed } from '../analyse.ts'
import { invalidating } from '../checkers/starved.ts'
import { judgeLimit } from './limits.ts'

export const exitCodes = {
  interrupted: 130,
  environment: 5,
  correctness: 6,
  invalid: 3,
  limit: 1,
  unknown: 3,
  pass: 0,
} as const

/**
 * Limits and findings together: the verdict, its exit code, and why in one sentence. The worst reason wins:
 * interrupted, failed to run, a promised correctness finding, an invalid generator, a broken limit, an alert that did not
 * come as expected, no evidence.
 */
export function judge(analysis: Analysed): Judgement {
  const invalid = invalidating(analysis.findings)
  const limits = analysis.plan.limits
    .flatMap((limit) => judgeLimit(limit, analysis))
    .map((result) => (invalid ? invalidated(result) : result))
  const { alerts: outcomes = [], plan } = analysis
  const alerts = alertVerdicts(outcomes, plan.alerts?.expect ?? [], doubtOf(analysis, invalid))
  const conclusion =
    ofEnd(analysis) ??
    ofBroken(analysis.findings) ??
    ofInvalid(invalid) ??
    ofLimits(limits) ??
    ofAlerts(alerts, 'fail') ??
    ofUnknown(analysis, limits) ??
    ofAlerts(alerts, 'unknown') ??
    ofPass(analysis, limits, alerts)
  const because = `${conclusion.because}${ofCut(analysis, conclusion)}`
  return { ...conclusion, because, limits, ...(alerts.length > 0 && { alerts }) }
}

/** A verdict on part of a run says so in its sentence. */
function ofCut({ ended }: Analysed, { verdict }: Conclusion): string {
  if (ended.how !== 'cut off' || verdict === 'unknown') return ''
  return ` The record was cut off, so this is of a part of the run: ${ended.because}.`
}

type Conclusion = Pick<Judgement, 'verdict' | 'exitCode' | 'because'>

function conclude(verdict: Verdict, reason: keyof typeof exitCodes, because: string): Conclusion {
  return { verdict, exitCode: exitCodes[reason], because }
}

/** What is timed while the machine could not keep up is not about the system. */
function invalidated(result: LimitResult): LimitResult {
  return metrics[result.limit.metric].timed ? { ...result, verdict: 'invalid' } : result
}

function ofEnd({ ended }: Analysed): Conclusion | null {
  const { how, because } = ended
  if (how === 'interrupted')
    return conclude(
      'unknown',
      'interrupted',
      `The run was interrupted${because && `: ${because}`}.`,
    )
  if (how === 'failed')
    return conclude('unknown', 'environment', `The run failed${because && `: ${because}`}.`)
  return null
}

function ofBroken(findings: readonly Finding[]): Conclusion | null {
  const broken = findings.filter(({ verdict, promised }) => verdict === 'fail' && promised)
  const [first] = broken.sort((a, b) => weight(b) - weight(a))
  if (!first) return null
  const more =
    broken.length > 1 ? ` (and ${counted(broken.length - 1, 'more checker')} failed)` : ''
  return conclude('fail', 'correctness', `${first.checker} failed${more}: ${first.because}`)
}

const weight = ({ about }: Finding): number => (about === 'correctness' ? 1 : 0)

function ofInvalid(finding: Finding | undefined): Conclusion | null {
  if (!finding) return null
  const what =
    finding.checker === 'generator-valid'
      ? 'The machine could not keep up'
      : 'The links were not as planned'
  return conclude('invalid', 'invalid', `${what}: ${finding.because}`)
}

function ofLimits(limits: readonly LimitResult[]): Conclusion | null {
  const broken = limits.filter(({ verdict }) => verdict === 'fail')
  const [first] = broken.sort((a, b) => excess(b) - excess(a))
  if (!first) return null
  const more = broken.length > 1 ? ` (and ${broken.length - 1} more)` : ''
  return conclude('fail', 'limit', `A limit was broken${more}: ${first.because}`)
}

/** Why nobody can say when an alert would have come. */
function doubtOf({ ended }: Analysed, invalid: Finding | undefined): string | null {
  if (invalid) return `The run is invalid: ${invalid.because}`
  return ended.how === 'complete' ? null : `The run did not come to its end: ${ended.how}.`
}

/** Alerts that did not come as expected, or of which nobody can tell. */
function ofAlerts(alerts: readonly AlertVerdict[], verdict: 'fail' | 'unknown'): Conclusion | null {
  const [first, ...others] = alerts.filter((one) => one.verdict === verdict)
  if (!first) return null
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return verdict === 'fail'
    ? conclude('fail', 'limit', `An alert did not come as expected${more}: ${first.because}`)
    : conclude('unknown', 'unknown', `An alert could not be judged${more}: ${first.because}`)
}

/** How far a broken limit was missed, as a ratio: the furthest is named first. */
function excess({ measured, limit: { value, bound } }: LimitResult): number {
  const low = typeof measured === 'object' ? measured.low : (measured ?? value)
  if (bound === 'at-most') return value === 0 ? low : low / value
  return low === 0 ? Number.MAX_VALUE : value / low
}

function ofUnknown(analysis: Analysed, limits: readonly LimitResult[]): Conclusion | null {
  if (analysis.ended.how === 'cut off')
    return conclude('unknown', 'unknown', `The record was cut off: ${analysis.ended.because}.`)
  const blind = analysis.findings.find(
    (finding) => finding.verdict === 'unknown' && isNeeded(finding, analysis.plan),
  )
  if (blind)
    return conclude('unknown', 'unknown', `No evidence from ${blind.checker}: ${blind.because}`)
  const open = limits.filter(({ verdict, unasked }) => verdict === 'unknown' && !unasked)
  const [first] = open
  if (!first) return null
  const more = open.length > 1 ? ` (and ${open.length - 1} more)` : ''
  return conclude('unknown', 'unknown', `A limit could not be judged${more}: ${first.because}`)
}

/** Findings whose silence is itself a result. The others may have had nothing to look at by plan. */
function isNeeded({ checker, promised }: Finding, plan: Plan): boolean {
  const writes = plan.load.some(({ upsertPerSec, deletePerSec }) => upsertPerSec + deletePerSec > 0)
  switch (checker) {
    case 'faults-confirmed':
      return plan.faults.length > 0
    case 'generator-valid':
      return true
    case 'lost-writes':
    case 'regions-equal':
      return promised && writes
    default:
      return false
  }
}

function ofPass(
  analysis: Analysed,
  limits: readonly LimitResult[],
  alerts: readonly AlertVerdict[],
): Conclusion {
  const reported = analysis.findings.filter(({ verdict }) => verdict === 'fail').length
  const rest =
    reported === 0
      ? 'no checker found anything wrong'
      : `what ${counted(reported, 'checker')} found is not promised by the system`
  const held =
    alerts.length === 0
      ? heldText(limits)
      : `${heldText(limits)}, ${counted(alerts.length, 'alert')} came as expected`
  return conclude('pass', 'pass', `${held} and ${rest}.`)
}

/** What nobody asked for and nobody could tell does not hold. */
function heldText(limits: readonly LimitResult[]): string {
  const held = limits.filter(({ verdict }) => verdict === 'pass').length
  if (held < limits.length)
    return `${held} of ${limits.length} limits hold, the rest is of recoveries too short to tell,`
  if (limits.length === 0) return 'No limit was set'
  return limits.length === 1 ? 'The limit holds' : `All ${limits.length} limits hold`
}
