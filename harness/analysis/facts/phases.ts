import type { PhaseSpan } from '../../model/metric.ts'
import { arrivalsEndUs, type Plan } from '../../model/plan.ts'
import type { Us } from '../../model/units.ts'

/** One fault as far as phases go: in force from `fromUs`, healed at `toUs`, all well again at `recoveredUs`. */
export type Stretch = {
  name: string
  fromUs: Us
  toUs: Us
  /** ∞ if it never was, or nobody knows. */
  recoveredUs: Us
}

/**
 * The run cut into phases, in order and without holes from 0 to `endUs`. Of faults in force at once the names are
 * joined in the order given; a fault in force wins over recovery. A name may come several times.
 */
export function phaseSpans(plan: Plan, faults: readonly Stretch[], endUs: Us): PhaseSpan[] {
  const { warmupUs } = plan.timeline
  const arrivals = arrivalsEndUs(plan)
  const borders = new Set([0, warmupUs, arrivals, endUs])
  for (const { fromUs, toUs, recoveredUs } of faults)
    for (const us of [fromUs, toUs, recoveredUs]) borders.add(us)
  const cuts = [...borders].filter((us) => us >= 0 && us <= endUs).sort((a, b) => a - b)
  const spans: PhaseSpan[] = []
  for (const [i, fromUs] of cuts.entries()) {
    const toUs = cuts[i + 1]
    if (toUs === undefined) break
    const name = nameAt(fromUs, warmupUs, arrivals, faults)
    const last = spans.at(-1)
    if (last?.name === name) last.toUs = toUs
    else spans.push({ name, fromUs, toUs })
  }
  return spans
}

function nameAt(us: Us, warmupUs: Us, arrivals: Us, faults: readonly Stretch[]): string {
  if (us < warmupUs) return 'warmup'
  if (us >= arrivals) return 'settle'
  const inForce = faults.filter(({ fromUs, toUs }) => us >= fromUs && us < toUs)
  if (inForce.length > 0) return `fault:${joined(inForce)}`
  const recovering = faults.filter(({ toUs, recoveredUs }) => us >= toUs && us < recoveredUs)
  return recovering.length > 0 ? `recovery:${joined(recovering)}` : 'baseline'
}

const joined = (faults: readonly Stretch[]): string => faults.map(({ name }) => name).join('+')

/** Finds the phase of a time; times beyond the last phase belong to it. */
export function phaseFinder(spans: readonly PhaseSpan[]): (us: Us) => string {
  return (us) => {
    let low = 0
    let high = spans.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (us < (spans[middle] as PhaseSpan).toUs) high = middle
      else low = middle + 1
    }
    return spans[low]?.name ?? 'warmup'
  }
}

export function phaseLengthUs(spans: readonly PhaseSpan[], name: string): Us {
  let total = 0
  for (const span of spans) if (span.name === name) total += span.toUs - span.fromUs
  return total
}
