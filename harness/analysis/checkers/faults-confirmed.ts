import type { Verdict } from '../../model/finding.ts'
import type { StoreEvent } from '../../model/record.ts'
import { counted } from '../../text/value.ts'
import { moment } from '../../text/wording.ts'
import type { Facts } from '../facts/facts.ts'
import { type FaultStory, whereOf } from '../facts/faults.ts'
import type { Checker } from './finding.ts'

/** Canaries saw every fault bite and end. One that nobody saw proves nothing about the system: unknown. Without faults nothing is said. */
export const faultsConfirmed: Checker = ({ faults, history }: Facts) => {
  if (faults.length === 0) return null
  const open = faults.filter((fault) => whatIsMissing(fault) !== null)
  const verdict: Verdict = open.length > 0 ? 'unknown' : 'pass'
  return {
    checker: 'faults-confirmed',
    verdict,
    because: because(faults, open, history.stores),
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

function because(
  faults: readonly FaultStory[],
  open: readonly FaultStory[],
  stores: readonly StoreEvent[],
): string {
  const [first] = open
  if (!first) return `Canaries saw ${counted(faults.length, 'fault')} begin and end as planned.`
  return `Of ${counted(faults.length, 'fault')} ${open.length} could not be confirmed: ${first.plan.name} ${whatIsMissing(first)}${whoIsGone(first, stores)}.`
}

/** A store that ended by itself since the fault came, and is the reason why its end was not seen. */
function whoIsGone({ plan, injecting }: FaultStory, stores: readonly StoreEvent[]): string {
  const gone = stores.find(
    ({ region, because, t }) =>
      because !== undefined &&
      'region' in plan &&
      region === plan.region &&
      injecting !== null &&
      t >= injecting[0],
  )
  return gone ? `: the store of ${gone.region} ${gone.because} at ${moment(gone.t)}` : ''
}

function whatIsMissing({ injecting, confirmedUs, healConfirmedUs }: FaultStory): string | null {
  if (injecting === null) return 'was never injected'
  if (confirmedUs === null) return 'was injected, but no canary saw it'
  return healConfirmedUs === null ? 'was seen to begin, but not to end' : null
}

function sentenceOf(fault: FaultStory): string {
  const { plan, confirmedUs, healConfirmedUs, saw } = fault
  const what = `${plan.name} (${plan.kind} of ${whereOf(plan)})`
  if (confirmedUs === null || healConfirmedUs === null) return `${what} ${whatIsMissing(fault)}.`
  return `${what}: ${saw || 'seen'} from ${moment(confirmedUs)}, normal again from ${moment(healConfirmedUs)}.`
}
