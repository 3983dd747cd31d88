import type { RegionName, Us } from '../../model/units.ts'
import { SECOND } from '../../model/units.ts'
import type { Facts } from '../facts/facts.ts'
import { storesOf } from '../facts/op.ts'
import type { MissCause } from '../metrics/causes.ts'
import type { RecallSample } from '../metrics/recall-loss.ts'

/** From `fromUs` on a region lacked a write that it should have had, until `untilUs`. */
type Window = { fromUs: Us; untilUs: Us }

/** What takes no longer than this to arrive is on its way: every region is that far behind under any load. */
const ON_ITS_WAY_US: Us = SECOND

/** When each region was behind: stretches that do not meet, in order. */
function divergenceWindows({ settled }: Facts): ReadonlyMap<RegionName, readonly Window[]> {
  const behind = new Map<RegionName, Window[]>()
  for (const { version, region, atUs } of settled) {
    const fromUs = version.ack + ON_ITS_WAY_US
    if (atUs <= fromUs) continue
    const here = behind.get(region)
    if (here) here.push({ fromUs, untilUs: atUs })
    else behind.set(region, [{ fromUs, untilUs: atUs }])
  }
  return new Map([...behind].map(([region, windows]) => [region, merged(windows)]))
}

function merged(windows: readonly Window[]): Window[] {
  const found: Window[] = []
  for (const window of [...windows].sort((a, b) => a.fromUs - b.fromUs)) {
    const last = found.at(-1)
    if (last && window.fromUs <= last.untilUs) last.untilUs = Math.max(last.untilUs, window.untilUs)
    else found.push({ ...window })
  }
  return found
}

/** Searches of a store that was behind in which a point was lost to one cause. */
export const lostInDivergence =
  (cause: MissCause) =>
  (facts: Facts, samples: readonly RecallSample[]): number => {
    const losing = samples.filter(({ causes }) => causes.includes(cause))
    if (losing.length === 0) return 0
    const windows = divergenceWindows(facts)
    const isBehind = (region: RegionName, us: Us) =>
      (windows.get(region) ?? []).some(({ fromUs, untilUs }) => fromUs <= us && us < untilUs)
    return losing.filter(({ op }) =>
      storesOf(op).some((region) => isBehind(region, op.dispatched ?? op.intended)),
    ).length
  }
