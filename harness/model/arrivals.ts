import type { Arrivals } from './plan.ts'
import { SECOND, type Us } from './units.ts'

/** Arrivals drawn from a Poisson process, the rate of which may change. */
export type Changing = Exclude<Arrivals, { kind: 'constant' }>

/**
 * How many arrivals of a stream are expected before `us`: the integral of its rate. `endUs` is the end of arrivals.
 */
export function expectedBefore(arrivals: Arrivals, perSec: number, us: Us, endUs: Us): number {
  const flat = (perSec * us) / SECOND
  switch (arrivals.kind) {
    case 'constant':
    case 'poisson':
      return flat
    case 'burst': {
      const cycle = arrivals.onUs + arrivals.offUs
      const cycles = Math.floor(us / cycle)
      const onUs = cycles * arrivals.onUs + Math.min(us - cycles * cycle, arrivals.onUs)
      return flat + ((arrivals.factor - 1) * perSec * onUs) / SECOND
    }
    case 'ramp':
      return flat * (arrivals.from + ((1 - arrivals.from) * us) / (2 * endUs))
    case 'stages':
      return (perSec * stagesBefore(arrivals, us)) / SECOND
  }
}

type Stages = Extract<Arrivals, { kind: 'stages' }>

/** The integral of the factor from 0 to `us`: a trapezium for each stage. */
function stagesBefore({ startUs, from, stages }: Stages, us: Us): number {
  let sum = from * Math.min(us, startUs)
  let [atUs, factor] = [startUs, from]
  for (const { target, forUs } of stages) {
    const within = Math.min(Math.max(us - atUs, 0), forUs)
    if (within > 0) sum += within * (factor + ((target - factor) * within) / (2 * forUs))
    atUs += forUs
    factor = target
  }
  return sum + factor * Math.max(us - atUs, 0)
}

/** Gives the factor at one time after the other: times must not go back. A file of rates has thousands of stages. */
function stageFactors({ startUs, from, stages }: Stages): (us: number) => number {
  let [next, atUs, factor] = [0, startUs, from]
  return (us) => {
    if (us < startUs) return from
    for (let stage = stages[next]; stage; stage = stages[next]) {
      const { target, forUs } = stage
      if (us < atUs + forUs) return factor + ((target - factor) * (us - atUs)) / forUs
      atUs += forUs
      factor = target
      next++
    }
    return factor
  }
}

/** The highest rate of all, as a multiple of the stated one. */
export function highestFactor(arrivals: Changing): number {
  if (arrivals.kind === 'poisson') return 1
  if (arrivals.kind === 'stages')
    return Math.max(arrivals.from, ...arrivals.stages.map(({ target }) => target))
  return Math.max(1, arrivals.kind === 'burst' ? arrivals.factor : arrivals.from)
}

/** Gives the rate at `us` as a multiple of the stated one, for one `us` after the other in ascending order. */
export function factors(arrivals: Changing, endUs: Us): (us: number) => number {
  switch (arrivals.kind) {
    case 'poisson':
      return () => 1
    case 'burst': {
      const cycle = arrivals.onUs + arrivals.offUs
      return (us) => (us % cycle < arrivals.onUs ? arrivals.factor : 1)
    }
    case 'ramp':
      return (us) => arrivals.from + ((1 - arrivals.from) * us) / endUs
    case 'stages':
      return stageFactors(arrivals)
  }
}
