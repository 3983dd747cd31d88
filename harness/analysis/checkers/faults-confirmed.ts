import type { Verdict } from '../../model/finding.ts'
import type { Facts } from '../facts.ts'
import { type FaultStory, whereOf } from '../faults.ts'
import { counted, seconds } from '../wording.ts'
import type { Checker } from './finding.ts'

/** Canaries saw every fault bite and end. One that nobody saw proves nothing about the system: unknown. */
export const faultsConfirmed: Checker = ({ faults }: Facts) => {
  const open = faults.filter((fault) => whatIsMissing(fault) !== null)
  const verdict: Verdict = faults.length === 0 || open.length > 0 ? 'unknown' : 'pass'
  return {
    checker: 'faults-confirmed',
    verdict,
    because: because(faults, open),
    evidence: faults.filter(({ confirmedUs }) => confirmedUs !== null).length,
    violations: open.length,
    events: (open.length > 0 ? open : faults).slice(0, 8).map((fault) => ({
      sentence: sentenceOf(fault),
      lines: fault.lines,
    })),
    about: 'run',
    promised: true,
  }
}

function because(faults: readonly FaultStory[], open: readonly FaultStory[]): string {
  if (faults.length === 0) return 'No fault was planned.'
  const [first] = open
  if (!first) return `Canaries saw ${counted(faults.length, 'fault')} begin and end as planned.`
  return `Of ${counted(faults.length, 'fault')} ${open.length} could not be confirmed: ${first.plan.name} ${whatIsMissing(first)}.`
}

function whatIsMissing({ injectedUs, confirmedUs, healConfirmedUs }: FaultStory): string | null {
  if (injectedUs === null) return 'was never injected'
  if (confirmedUs === null) return 'was injected, but no canary saw it'
  return healConfirmedUs === null ? 'was seen to begin, but not to end' : null
}

function sentenceOf(fault: FaultStory): string {
  const { plan, confirmedUs, healConfirmedUs, saw } = fault
  const what = `${plan.name} (${plan.kind} of ${whereOf(plan)})`
  if (confirmedUs === null || healConfirmedUs === null) return `${what} ${whatIsMissing(fault)}.`
  return `${what}: ${saw || 'seen'} from ${seconds(confirmedUs)}, normal again from ${seconds(healConfirmedUs)}.`
}
