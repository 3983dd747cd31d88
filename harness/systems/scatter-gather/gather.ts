import { hedge, TooFewError } from '../../base/first.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import { CallError } from '../../ports/errors.ts'
import type { Hit } from '../../ports/store.ts'

export type Gathering = {
  clock: Clock
  shards: readonly number[]
  /** Regions to ask for a shard, best first. */
  holders: (shard: number) => readonly RegionName[]
  ask: (region: RegionName, shard: number) => Promise<Hit[]>
  /** Another holder is asked as well after so long without an answer; 0: only once one has failed. */
  hedgeUs: Us
  /** Asked before each of those, and of no other. */
  mayHedge: () => boolean
  /** A shard without an answer by then is left out. */
  timeoutUs: Us
}

export type Gathered = { answers: Hit[][]; answered: number[]; from: RegionName[] }

/** Asks every shard at once, one holder of each, and waits for all of them or for the time they have. */
export async function gather(gathering: Gathering): Promise<Gathered> {
  const { shards } = gathering
  const results = await Promise.all(shards.map((shard) => askShard(gathering, shard)))
  const gathered: Gathered = { answers: [], answered: [], from: [] }
  results.forEach((result, i) => {
    if (!result) return
    gathered.answers.push(result.hits)
    gathered.answered.push(shards[i] as number)
    if (!gathered.from.includes(result.region)) gathered.from.push(result.region)
  })
  return gathered
}

async function askShard(
  { clock, holders, ask, hedgeUs, mayHedge, timeoutUs }: Gathering,
  shard: number,
): Promise<{ region: RegionName; hits: Hit[] } | undefined> {
  let answered = false
  const starts = holders(shard).map((region) => async () => {
    const hits = await ask(region, shard)
    answered = true
    return { region, hits }
  })
  const patience = async (us: Us) => {
    await clock.sleep(us)
    if (answered || hedgeUs === 0 || !mayHedge()) await new Promise(() => {})
  }
  try {
    return await clock.within(timeoutUs, hedge(starts, hedgeUs, patience))
  } catch (error) {
    if (error instanceof CallError) return undefined
    if (error instanceof TooFewError && error.errors.every((each) => each instanceof CallError))
      return undefined
    throw error
  }
}
