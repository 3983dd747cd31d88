import type { PhaseSpan } from '../../harness/model/metric.ts'
import { SECOND } from '../../harness/model/units.ts'

/** Where and when the sample analysis takes place. */
export const REGIONS = ['us-east', 'eu-west', 'ap-south']

export const LINKS = REGIONS.flatMap((from) =>
  REGIONS.filter((to) => to !== from).map((to) => `${from}>${to}`),
)

export const CUT_FROM = 40 * SECOND
export const CUT_TO = 80 * SECOND
export const CAUGHT_UP = 83.4 * SECOND
export const ARRIVALS_END = 130 * SECOND
export const END = 170 * SECOND

export const samplePhases: PhaseSpan[] = [
  { name: 'warmup', fromUs: 0, toUs: 10 * SECOND },
  { name: 'baseline', fromUs: 10 * SECOND, toUs: CUT_FROM },
  { name: 'fault:partition', fromUs: CUT_FROM, toUs: CUT_TO },
  { name: 'recovery:partition', fromUs: CUT_TO, toUs: CAUGHT_UP },
  { name: 'baseline', fromUs: CAUGHT_UP, toUs: ARRIVALS_END },
  { name: 'settle', fromUs: ARRIVALS_END, toUs: END },
]

export const isCut = (link: string): boolean => link.includes('us-east') && link.includes('eu-west')

/** Phases in which searches start. */
export const LOADED = ['warmup', 'baseline', 'fault:partition', 'recovery:partition']
