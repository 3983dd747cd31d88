import type { GatedFigure, NightsResult } from '../../model/nights.ts'
import type { Gate } from './gate.ts'
import { colourOf, inOrder } from './gate-table.ts'
import { type GatedSeries, sentenceOf } from './gated-series.ts'
import type { NightHistory } from './history.ts'

/** A gate and the nights it looked at, as their page shows them. */
export function nightsResult(gate: Gate, history: NightHistory): NightsResult {
  const { night, begins, because, exitCode } = gate
  return {
    ...{ scenario: night.scenario, system: night.system, world: night.world, night: night.night },
    ...{ commit: night.commit, faultline: night.faultline, command: night.command },
    ...{ word: colourOf(exitCode), because, exitCode },
    ...(begins !== undefined && { begins }),
    nights: history.nights
      .filter(({ series }) => series === night.series)
      .map(({ night: date, commit, runs }) => ({
        ...{ night: date, commit },
        runs: runs.map(({ seed, verdict, because: why }) => ({ seed, verdict, because: why })),
      })),
    figures: inOrder(gate.series).map(figureOf),
  }
}

function figureOf(one: GatedSeries): GatedFigure {
  const { what, where, metric, trend, nights, values, quarantined } = one
  const { state } = trend
  return {
    ...{ what, where, metric, state, said: sentenceOf(one), nights, values },
    ...(state === 'steady' && { level: trend.level }),
    ...('before' in trend && {
      level: trend.before,
      change: { since: trend.since, after: trend.after },
    }),
    ...(quarantined && { quarantined }),
  }
}
