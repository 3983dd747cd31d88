import type { Analysis } from '../harness/model/finding.ts'
import type { Us } from '../harness/model/units.ts'

/**
 * The same analysis with all moments counted from the end of warm-up, as a scenario counts them: what comes before is
 * negative. The record, summary.json and the model count from the start of warm-up. Lengths stay what they are.
 */
export function sinceWarmup(analysis: Analysis): Analysis {
  const { plan, phases, faults, series, ended, alerts } = analysis
  const since = (us: Us): Us => us - plan.timeline.warmupUs
  const seen = (us: Us | null): Us | null => (us === null ? null : since(us))
  return {
    ...analysis,
    plan: {
      ...plan,
      faults: plan.faults.map((fault) => ({
        ...fault,
        atUs: since(fault.atUs),
        untilUs: since(fault.untilUs),
      })),
    },
    phases: phases.map((phase) => ({
      ...phase,
      fromUs: since(phase.fromUs),
      toUs: since(phase.toUs),
    })),
    faults: faults.map((fault) => ({
      ...fault,
      fromUs: since(fault.fromUs),
      toUs: since(fault.toUs),
      confirmedUs: seen(fault.confirmedUs),
      healConfirmedUs: seen(fault.healConfirmedUs),
    })),
    series: series.map((one) => ({
      ...one,
      points: one.points.map(([us, value]): [Us, number] => [since(us), value]),
    })),
    ended: { ...ended, atUs: since(ended.atUs) },
    ...(alerts && {
      alerts: alerts.map((outcome) => ({
        ...outcome,
        episodes: outcome.episodes.map((episode) => ({
          ...episode,
          activeUs: since(episode.activeUs),
          firedUs: seen(episode.firedUs),
          endedUs: seen(episode.endedUs),
        })),
      })),
    }),
  }
}
