import type { Arrivals, LoadPlan } from '../../model/plan.ts'
import { durationText, rateText, shareText } from './figures.ts'

/** How operations of a load arrive, as `check` says it. Times of stages count from the end of warm-up. */
export function arrivalsText({ arrivals, ...load }: LoadPlan): string {
  if (load.closedLoop) {
    const { thinkUs } = load.closedLoop
    const after = thinkUs > 0 ? `${durationText(thinkUs)} after` : 'as soon as'
    return `closed loop: each client asks again ${after} ${thinkUs > 0 ? 'its last answer' : 'it is answered'}`
  }
  switch (arrivals.kind) {
    case 'constant':
      return 'constant arrivals'
    case 'poisson':
      return 'poisson arrivals'
    case 'burst':
      return `bursts ×${arrivals.factor} for ${durationText(arrivals.onUs)}, then ${durationText(arrivals.offUs)} without`
    case 'ramp':
      return `ramp from ×${arrivals.from} at the start of warm-up to ×1 at the end of arrivals`
    case 'stages':
      return arrivals.shape ?? stagesText(arrivals, soleRate(load))
  }
}

/** The rate of a load that asks for one kind of operation; 0 where it asks for several. */
function soleRate(load: Omit<LoadPlan, 'arrivals'>): number {
  const { searchPerSec, upsertPerSec, deletePerSec, fetchPerSec } = load
  const rates = [searchPerSec, upsertPerSec, deletePerSec, fetchPerSec].filter((rate) => rate > 0)
  return rates.length === 1 ? (rates[0] as number) : 0
}

function stagesText(
  { from, stages }: Extract<Arrivals, { kind: 'stages' }>,
  perSec: number,
): string {
  const text = (factor: number) => (perSec > 0 ? rateText(factor * perSec) : shareText(factor))
  let atUs = 0
  const steps = stages.map(({ target, forUs }) => {
    atUs += forUs
    return `${text(target)} at ${durationText(atUs)}`
  })
  return `stages: ${text(from)} in warm-up, straight lines to ${steps.join(', ')}, held to the end`
}
