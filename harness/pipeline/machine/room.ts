import { highestFactor } from '../../model/arrivals.ts'
import { arrivalsEndUs, fetchesPerSec, type LoadPlan, type Plan } from '../../model/plan.ts'
import { SECOND } from '../../model/units.ts'
import { valueText } from '../../text/value.ts'
import { expectedCounts } from '../../workload/operations.ts'
import type { Kept } from './kept.ts'
import { trustedRate } from './measured.ts'
import type { RealRun } from './real-runs.ts'
import { runText } from './trust.ts'

/**
 * Whether a machine has room for a plan on real servers, a sentence for each doubt: from what `faultline doctor` measured
 * of it, and from runs on real servers of it that are on record. Where neither tells, one sentence says how to know.
 */
export function roomNotes(
  plan: Plan,
  { kept, runs }: { kept: Kept | null; runs: readonly RealRun[] },
): string[] {
  if (plan.world === 'sim') return []
  return [...rateNotes(plan, kept), ...coreNotes(plan, runs)]
}

function rateNotes(plan: Plan, kept: Kept | null): string[] {
  if (kept === null)
    return ['What load this machine can generate was not measured. Try: faultline doctor']
  const { generator } = kept.measured
  const [asked, trusted] = [highestRate(plan), trustedRate(generator) ?? 0]
  if (asked <= trusted) return []
  const seen =
    generator.kept === null
      ? 'kept up with no rate'
      : `kept up with ${valueText(generator.kept, 'per-second')}, of which half is to be trusted`
  return [
    `Caution: it asks for up to ${valueText(asked, 'per-second')} operations, and this machine ${seen} ` +
      `(faultline doctor, ${kept.at.slice(0, 10)}). Its times may be those of the load generator: ` +
      'lower the rates, take a machine with more cores, or measure again when this one is calm.',
  ]
}

/** Operations a second of all loads at the height of each. What a closed loop asks for is not known before. */
function highestRate({ load }: Plan): number {
  return load.reduce((sum, one) => sum + ratesOf(one) * factorOf(one), 0)
}

const ratesOf = (load: LoadPlan): number =>
  load.searchPerSec + load.upsertPerSec + load.deletePerSec + fetchesPerSec(load)

const factorOf = ({ arrivals }: LoadPlan): number =>
  arrivals.kind === 'constant' ? 1 : highestFactor(arrivals)

/** Somebody who tried less and did not fit; else what the same scenario took when it was last run. */
function coreNotes(plan: Plan, runs: readonly RealRun[]): string[] {
  const operations = expectedCounts(plan).reduce((sum, { expected }) => sum + expected, 0)
  const perSec = operations / (arrivalsEndUs(plan) / SECOND)
  const regions = plan.regions.length
  const tooMuch = runs.find((run) => run.overfull && run.regions <= regions && run.perSec <= perSec)
  if (tooMuch)
    return [
      `Caution: this machine is too small for it. ${runText(tooMuch)}: regions slowed each other, and the run was invalid. ` +
        'Take a machine with more cores, or lower the rates.',
    ]
  const last = runs.find(({ scenario }) => scenario === plan.name)
  return last ? [`When it was last run here, ${runText(last)}.`] : []
}
