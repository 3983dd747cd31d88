import type { RegionName } from '../../model/units.ts'

/** `us-east, eu-west`: a list of regions as a knob is written; empty text is no region. */
export const regionList = (text: string): RegionName[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

/** `us-east 3, eu-west 1`: a number for each region; NaN where there is none. */
export const regionWeights = (text: string): Map<RegionName, number> =>
  new Map(
    regionList(text).map((part) => {
      const [region, weight] = part.split(/\s+/)
      return [region as RegionName, Number(weight)]
    }),
  )
