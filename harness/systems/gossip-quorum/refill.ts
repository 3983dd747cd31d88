import { MS, type RegionName, type Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { Stop, Terrain } from '../../ports/system.ts'
import type { AntiEntropy } from './anti-entropy.ts'
import type { RegionalCopy } from './regional-copy.ts'

/** Answered only by a region that has its data: what load balancers ask before they send users. */
export const READY = 'ready'
/** What the agent keeps: 1 while its region still has to be filled again. */
const REFILLING = 'refilling'
const RETRY_US: Us = 300 * MS
const OPEN_US: Us = 10_000 * MS

export function serveReady({ network }: Terrain, copy: RegionalCopy): void {
  network.serve(READY, async () => {
    await copy.ready({ deadlineUs: 0 })
    return { kind: READY, bytes: 48, body: null }
  })
}

/**
 * A region that finds nothing in its store has lost its disk, and what it acknowledged for others with it. It has to be
 * compared with all of them, each of which may hold what no other does, before it counts as a copy again: until then a
 * quorum with it would meet no write. It answers no user meanwhile, over every restart of its agent.
 */
export async function refill(
  terrain: Terrain,
  copy: RegionalCopy,
  antiEntropy: AntiEntropy,
  stop: Stop,
): Promise<void> {
  const { clock, durable, region, regions } = terrain
  while (!stop.fired && !(await knowsItself(copy)));
  if (stop.fired) return
  const owed = new Set<RegionName>()
  if (copy.elements.size === 0 || (await durable.load(REFILLING)) === 1) {
    await durable.save(REFILLING, 1)
    for (const other of regions) if (other !== region) owed.add(other)
  }
  while (owed.size > 0 && !stop.fired) {
    for (const other of owed) if (await isEqual(antiEntropy, other)) owed.delete(other)
    if (owed.size > 0) await clock.sleep(RETRY_US)
    else await durable.save(REFILLING, 0)
  }
  if (owed.size === 0) copy.isWhole()
}

const knowsItself = (copy: RegionalCopy): Promise<boolean> =>
  orFalse(copy.open({ deadlineUs: OPEN_US }).then(() => true))

const isEqual = (antiEntropy: AntiEntropy, other: RegionName): Promise<boolean> =>
  orFalse(antiEntropy.with(other))

function orFalse(done: Promise<boolean>): Promise<boolean> {
  return done.catch((error) => {
    if (!(error instanceof CallError)) throw error
    return false
  })
}
