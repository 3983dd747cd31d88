import type { Analysed } from '../../analysis/analyse.ts'
import { judgeLimit } from '../../analysis/limits/limits.ts'
import type { LimitResult } from '../../model/finding.ts'
import { metrics } from '../../model/metric.ts'
import type { ShownFigure, ShownPlan } from '../../model/sweep.ts'

/** One figure of a run, the worst where there are several (phases, faults, links that are not pooled). */
export function shownFigure(shown: ShownPlan, analysis: Analysed): ShownFigure {
  const { title } = shown
  if (shown.kind === 'finding') {
    const found = analysis.findings.find(({ checker }) => checker === shown.checker)
    const looked = found !== undefined && (found.evidence > 0 || found.violations > 0)
    const value = looked ? { low: found.violations, high: found.violations } : {}
    return { title, unit: 'count', count: found?.evidence ?? 0, ...value }
  }
  const { metric } = shown.limit
  const { unit } = metrics[metric]
  const measured = judgeLimit(shown.limit, analysis).filter(
    (result) => result.measured !== undefined,
  )
  const sign = metrics[metric].better === 'high' ? -1 : 1
  const [worst] = measured.sort((a, b) => sign * (worseEnd(b, sign) - worseEnd(a, sign)))
  if (!worst) return { title, unit, count: 0 }
  const where = measured.length > 1 ? placeText(worst) : ''
  return { title, unit, count: worst.count, ...endsOf(worst), ...(where !== '' && { where }) }
}

function endsOf({ measured }: LimitResult): Pick<ShownFigure, 'low' | 'high'> {
  if (typeof measured === 'number') return { low: measured, high: measured }
  const { low, high } = measured ?? {}
  return {
    ...(Number.isFinite(low) && { low }),
    ...(Number.isFinite(high) && { high }),
  }
}

function worseEnd(result: LimitResult, sign: number): number {
  const { low, high } = endsOf(result)
  if (sign < 0) return low ?? high ?? 0
  return high ?? Number.POSITIVE_INFINITY
}

const placeText = ({ operation, region, link, phase }: LimitResult): string =>
  [operation, region ?? link, phase].filter((part) => part !== undefined).join(', ')
