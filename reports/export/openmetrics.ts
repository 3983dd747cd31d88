import type { Summary } from '../summary.ts'
import { exposition } from './exposition.ts'
import { summaryFamilies } from './families.ts'

/** The summary of a run as OpenMetrics text, a snapshot without times. */
export const openMetricsText = (summary: Summary): string =>
  exposition(summaryFamilies(summary), 'openmetrics')
