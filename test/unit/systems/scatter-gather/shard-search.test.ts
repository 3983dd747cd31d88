import { expect, test } from 'vitest'
import { Rng } from '../../../../harness/base/rng.ts'
import { CallError, DeadlineError } from '../../../../harness/ports/errors.ts'
import type { Hit } from '../../../../harness/ports/store.ts'
import {
  gather,
  HedgeBudget,
  mergeHits,
} from '../../../../harness/systems/scatter-gather/shard-search.ts'
import { Timeline } from '../../../../harness/worlds/sim/timeline.ts'

const hit = (id: number, distance: number): Hit => ({ id, write: 0, distance })

test('the merged answer is the one of a single store over all shards, ties by id', () => {
  const rng = new Rng(1)
  for (let round = 0; round < 300; round++) {
    const all = Array.from({ length: rng.int(40) }, (_, id) => hit(id, rng.int(8)))
    const sorted = (hits: Hit[]) => hits.sort((a, b) => a.distance - b.distance || a.id - b.id)
    const k = 1 + rng.int(12)
    const shards = 1 + rng.int(6)
    const answers = Array.from({ length: shards }, (_, shard) =>
      sorted(all.filter(({ id }) => id % shards === shard)).slice(0, k),
    )
    expect(mergeHits(answers, k)).toEqual(sorted([...all]).slice(0, k))
  }
})

const MS = 1000
/** Answers after so many ms; `dead` refuses, `silent` never answers. */
type Behaviour = number | 'dead' | 'silent'

async function asked(
  behaviours: Record<string, Behaviour>,
  { hedgeUs = 0, holders = ['us', 'eu'], mayHedge = true } = {},
) {
  const timeline = new Timeline()
  const after = (us: number) =>
    new Promise<void>((resolve) =>
      timeline.after(us, () => {
        timeline.wake()
        resolve()
      }),
    )
  const calls: string[] = []
  const wanted = { count: 0 }
  const work = gather({
    clock: {
      wall: () => timeline.now(),
      elapsed: () => timeline.now(),
      sleep: after,
      within: (us, promise) =>
        new Promise((resolve, reject) => {
          promise.then(resolve, reject)
          void after(us).then(() => reject(new DeadlineError()))
        }),
    },
    shards: [0, 1],
    holders: () => holders,
    ask: async (region, shard) => {
      calls.push(`${region}/${shard}`)
      const behaviour = behaviours[`${region}/${shard}`] ?? 1
      if (behaviour === 'dead') throw new CallError('refused', { definite: true })
      if (behaviour === 'silent') return new Promise<Hit[]>(() => {})
      await after(behaviour * MS)
      return [hit(shard, 0)]
    },
    hedgeUs,
    mayHedge: () => {
      wanted.count++
      return mayHedge
    },
    timeoutUs: 100 * MS,
  })
  const gathered = await timeline.drive(work)
  return { ...gathered, calls, hedgesWanted: wanted.count, tookMs: timeline.now() / MS }
}

test('each shard is asked of its best holder alone', async () => {
  const { calls, answered, from } = await asked({})
  expect(calls).toEqual(['us/0', 'us/1'])
  expect(answered).toEqual([0, 1])
  expect(from).toEqual(['us'])
})

test('a holder that refuses is passed over at once', async () => {
  const { answered, from, tookMs } = await asked({ 'us/1': 'dead' })
  expect(answered).toEqual([0, 1])
  expect(from).toEqual(['us', 'eu'])
  expect(tookMs).toBeLessThan(5)
})

test('a shard that does not answer in time is left out, and the others are kept', async () => {
  const { answered, tookMs } = await asked({ 'us/1': 'silent' })
  expect(answered).toEqual([0])
  expect(tookMs).toBe(100)
})

test('with hedging a slow holder costs the hedge and no more', async () => {
  const { answered, from, tookMs, hedgesWanted } = await asked(
    { 'us/1': 80, 'us/0': 5 },
    { hedgeUs: 10 * MS },
  )
  expect(hedgesWanted).toBe(1)
  expect(answered).toEqual([0, 1])
  expect(from).toEqual(['us', 'eu'])
  expect(tookMs).toBe(11)
})

test('a hedge that is not allowed is not sent, and a refusal is no hedge', async () => {
  const options = { hedgeUs: 10 * MS, mayHedge: false }
  const { tookMs, from } = await asked({ 'us/1': 80 }, options)
  expect(from).toEqual(['us'])
  expect(tookMs).toBe(80)
  expect((await asked({ 'us/1': 'dead' }, options)).from).toEqual(['us', 'eu'])
})

test('a budget lets a burst of hedges through and then its share of the calls', () => {
  const budget = new HedgeBudget(0.1)
  let taken = 0
  for (let call = 0; call < 1000; call++) {
    budget.called()
    if (budget.take()) taken++
  }
  expect(taken).toBeGreaterThan(100)
  expect(taken).toBeLessThan(115)
})

test('a shard that all holders refuse is left out; a bug is not', async () => {
  const { answered } = await asked({ 'us/0': 'dead', 'eu/0': 'dead' })
  expect(answered).toEqual([1])
  const broken = gather({
    clock: { wall: () => 0, elapsed: () => 0, sleep: async () => {}, within: (_us, work) => work },
    shards: [0],
    holders: () => ['us'],
    ask: async () => {
      throw new TypeError('a bug')
    },
    hedgeUs: 0,
    mayHedge: () => true,
    timeoutUs: 1,
  })
  await expect(broken).rejects.toThrow()
})
