import { placeName } from '../../limits/cells.ts'
import { metrics } from '../../model/metric.ts'
import type { SlaObjective, SlaReason, SlaSample } from '../../model/sla.ts'
import { counted } from '../../text/value.ts'
import type { ReadRun } from './read-run.ts'
import { fitOf } from './sample.ts'

/** Why runs of one plan keep anybody from signing; empty where nothing does. */
export function reasonsOf(sample: SlaSample, runs: readonly ReadRun[]): SlaReason[] {
  const others = fitOf(runs).length > 0
  const unfit = runs.flatMap((run) => unfitReason(run, sample, others))
  const broke = runs.flatMap(({ run }): SlaReason[] =>
    run.broke === undefined
      ? []
      : [
          {
            kind: 'promise',
            what: `${run.directory}: ${run.broke}`,
            wayOut: `A promise of the system is broken, whatever the profile asks: see ${run.directory}/report.html.`,
          },
        ],
  )
  const none: SlaReason[] =
    others || unfit.length > 0
      ? []
      : [
          {
            kind: 'open',
            what: `No run of ${sample.scenario} (${sample.world}) is evidence.`,
            wayOut: `Run it again: ${sample.repeat}`,
          },
        ]
  const objectives = sample.objectives.flatMap((one) => objectiveReason(one, sample))
  return [...unfit, ...broke, ...none, ...objectives]
}

/** `others`: there are runs that are evidence, which could be named alone. */
function unfitReason({ run, ended }: ReadRun, { repeat }: SlaSample, others: boolean): SlaReason[] {
  if (run.unfit === undefined || run.broke !== undefined) return []
  const kinds = { interrupted: 'interrupted', failed: 'environment' } as const
  const kind = ended === 'interrupted' || ended === 'failed' ? kinds[ended] : 'open'
  const starved = run.unfit.startsWith('The machine could not keep up')
  const again = starved ? 'On a calm machine, or at lower rates, run it again' : 'Run it again'
  const wayOut = others
    ? `${again} (${repeat}), or name only the other runs: a run that is left out is then not part of what is signed.`
    : `${again}: ${repeat}`
  return [{ kind, what: `${run.directory} is no evidence: ${run.unfit}`, wayOut }]
}

function objectiveReason(one: SlaObjective, sample: SlaSample): SlaReason[] {
  if (one.state === 'holds' || one.state === 'beside') return []
  const { state: kind } = one
  const what = `${sample.scenario}: ${one.because}`
  return [{ kind, what, wayOut: kind === 'broken' ? brokenWay(one) : openWay(one, sample) }]
}

function brokenWay({ budget }: SlaObjective): string {
  const over =
    budget && Number.isFinite(budget.burnt.low) && budget.burnt.low > 1
      ? ` It used ${budget.burnt.low.toFixed(1)} times what it may.`
      : ''
  return `Mend the system, or promise less.${over}`
}

/** What would show it: more runs, another scenario, or nothing that is promised now. */
function openWay(one: SlaObjective, { file, world, repeat }: SlaSample): string {
  const { runsNeeded, count, budget, limit, runs, phase, region, link } = one
  if (runsNeeded !== undefined) {
    const more =
      world === 'sim' ? `--seeds 1..${runsNeeded}` : `--world ${world} --reps ${runsNeeded}`
    return `About ${counted(runsNeeded, 'run')} in all would show it, if they go on like this: faultline sla ${file} ${more}`
  }
  const where = [region ?? (link && placeName(link)), phase].filter(Boolean).join(' during ')
  if (count === 0)
    return `Nothing was measured${where && ` in ${where}`}: let the scenario ask for it there, or take the limit out of the profile.`
  if (metrics[limit.metric].evidence === 'whole')
    return `It has to be seen in every run, and was not in ${runs.unknown}: run again (${repeat}).`
  if (budget && budget.bad.high >= budget.allowed)
    return 'What was measured lies at the bound, so more runs would hardly show it: mend the system, or promise less.'
  return `Take more runs (--seeds), or a longer one.`
}
