import { expect, test } from 'vitest'
import { ExactSearch } from '../../../../harness/base/exact-search/exact-search.ts'
import { ThreadedSearch } from '../../../../harness/base/exact-search/threaded-search.ts'
import { Rng } from '../../../../harness/base/rng.ts'

const rng = new Rng(14)
const vectors = (count: number, dim: number) =>
  Float32Array.from({ length: count * dim }, () => rng.uniform() + rng.uniform())

test('three threads give what one gives, search after search, also for a query that is too long', async () => {
  const dim = 20
  const rows = vectors(2_500, dim)
  for (const metric of ['l2', 'inner-product', 'cosine'] as const) {
    const threads = new ThreadedSearch(rows, dim, metric, 3)
    const alone = new ExactSearch(rows, dim, metric)
    for (const asked of [1, 29, 900, 0]) {
      const queries = vectors(asked, dim)
      if (asked > 1) queries[dim] = 1e30
      expect(await threads.search(queries, 10)).toEqual(alone.search(queries, 10))
    }
    await threads.close()
  }
})

test('numbers that are not finite are refused, and the threads go on', async () => {
  const rows = vectors(100, 4)
  const threads = new ThreadedSearch(rows, 4, 'l2', 2)
  const broken = Float32Array.of(0, 0, Number.NaN, 0)
  await expect(threads.search(broken, 1)).rejects.toThrow('Query 0 holds')
  expect((await threads.search(rows, 1)).ids).toEqual(Int32Array.from({ length: 100 }, (_, i) => i))
  await threads.close()
  expect(() => new ThreadedSearch(broken, 4, 'l2', 2)).toThrow('Row 0 holds')
})
