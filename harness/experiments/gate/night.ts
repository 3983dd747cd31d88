import type { Verdict } from '../../model/finding.ts'
import { metrics } from '../../model/metric.ts'
import type { Environment } from '../../pipeline/environment.ts'
import type { Judged } from '../../pipeline/judge-run.ts'
import { type RunFigure, repetitionOf } from '../side-by-side.ts'
import { type Night, type NightFigure, seriesOf } from './history.ts'

/** The machine that times depend on; in the simulator none do. */
const machineOf = ({ cpu, cores }: Environment, world: string): string =>
  world === 'sim' ? 'any' : `${cores} × ${cpu}`

/** The runs of a night as a line of the history. Figures of an invalid run are left out: its machine could not keep up. */
export function nightOf(
  runs: readonly Judged[],
  { night, environment }: { night: string; environment: Environment },
): Night {
  const [first] = runs
  if (!first) throw new Error('a night has at least one run')
  const { plan } = first.analysis
  const machine = machineOf(environment, plan.world)
  const { commit, faultline, command } = environment
  return {
    ...{ type: 'night', format: 1, night, series: seriesOf(plan, machine) },
    ...{
      scenario: plan.name,
      system: plan.system.kind,
      world: plan.world,
      commit,
      faultline,
      machine,
      command,
    },
    runs: runs.map(({ analysis, judgement: { verdict, exitCode, because } }) => ({
      seed: analysis.plan.seed,
      ...{ verdict, exitCode, because },
    })),
    figures: figuresOf(runs),
  }
}

function figuresOf(runs: readonly Judged[]): NightFigure[] {
  const all = runs.map((run) =>
    isMeasured(run.judgement.verdict) ? repetitionOf(run, 0).metrics : [],
  )
  const found = new Map<string, NightFigure>()
  for (const { what, where, metric } of all.flat())
    if (!found.has(`${what}|${where}`))
      found.set(`${what}|${where}`, {
        ...{ what, where, metric },
        values: all.map((figures) =>
          figureOf(figures.find((one) => one.what === what && one.where === where)),
        ),
      })
  return [...found.values()]
}

const isMeasured = (verdict: Verdict): boolean => verdict !== 'invalid'

/** Of an interval the end that is worse for the system; null where that has no end, or nothing was measured. */
function figureOf(figure: RunFigure | undefined): number | null {
  if (!figure?.measured) return null
  const { low, high } = figure.measured
  const value = metrics[figure.metric].better === 'low' ? high : low
  return Number.isFinite(value) ? value : null
}
