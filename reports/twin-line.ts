import type { Profile, TwinError } from '../harness/model/profile.ts'
import { percentText } from '../harness/text/value.ts'

/** What a reader of a simulated report wants to know first. */
const shown = ['search.response p50', 'write.response p50', 'lag p50', 'catch-up']

/** How far a profile was off when it was last compared with real servers; undefined if it never was. */
export function twinLine({ twin }: Profile): string | undefined {
  if (!twin || twin.length === 0) return undefined
  const runs = twin.map(({ scenario, date, errors }) => {
    const told = errors.filter(({ metric, kind }) => kind === 'share' && shown.includes(metric))
    return `${scenario} on ${date}: ${told.map(twinErrorText).join(', ')}`
  })
  return `Compared with real servers (simulated / real − 1, median of all places and phases): ${runs.join('; ')}.`
}

/** `lag p50 −15 %`: the median error of one figure, simulated / real − 1. */
export const twinErrorText = ({ metric, median }: TwinError): string => {
  const sign = median > 0 ? '+' : ''
  return `${metric} ${sign}${percentText(Number(median.toFixed(2)))}`
}
