import { expect, test } from 'vitest'
import { MS, SECOND } from '../../../../harness/model/units.ts'
import { BoundedReads } from '../../../../harness/systems/wal-sharded/bounded-reads.ts'

const call = { op: 1, deadlineUs: SECOND }

/** Reads of a region that is behind eu until it has applied what it lacked, and shows it half a second later at most. */
function someReads() {
  const state = { us: 0, behind: ['eu'] }
  const clock = {
    wall: () => state.us,
    elapsed: () => state.us,
    sleep: async (us: number) => {
      state.us += us
    },
    within: <T>(_us: number, work: Promise<T>) => work,
  }
  const store = { search: async () => [], fetch: async () => [] } as never
  const behind = () => state.behind
  const reads = new BoundedReads({
    ...{ region: 'us', regions: ['us', 'eu'], clock, store, behind },
    ...{ shardOf: () => 0, applier: { read: async () => [] }, staleReads: null },
    visibleUs: 500 * MS,
  })
  return { reads, state, clock }
}

/** Looks for so long. */
async function running({ reads, state, clock }: ReturnType<typeof someReads>, forUs: number) {
  const untilUs = state.us + forUs
  const stop = {
    get fired() {
      return clock.elapsed() >= untilUs
    },
    whenFired: new Promise<void>(() => {}),
  }
  await reads.run(stop)
}

test('a search is stale until what was applied at last is searchable, a fetch only until it is applied', async () => {
  const some = someReads()
  await running(some, SECOND)
  some.state.behind = []
  expect(await some.reads.search(1, 10, call)).toMatchObject({ stale: true })
  expect(await some.reads.fetch(1, call)).not.toHaveProperty('stale')
  await running(some, 450 * MS)
  expect(await some.reads.search(1, 10, call)).toMatchObject({ stale: true })
  await running(some, 200 * MS)
  expect(await some.reads.search(1, 10, call)).not.toHaveProperty('stale')
})

test('a region that was never behind raises no flag', async () => {
  const some = someReads()
  some.state.behind = []
  await running(some, SECOND)
  expect(await some.reads.search(1, 10, call)).toEqual({ hits: [] })
})
