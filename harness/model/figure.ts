import type { RegionName, Us } from './units.ts'

/** What a server says of itself: `group-lag applier` in records, `segments sealed`, a metric. No verdict uses it. */
export type FigureEvent = {
  type: 'figure'
  t: Us
  region: RegionName
  figure: string
  value: number
}
