import { expect, test } from 'vitest'
import { searchRate } from '../../../../harness/pipeline/machine/rate-search.ts'

const bounds = { from: 250, most: 64_000, width: 0.15 }
const inTime = { outOfTime: () => false }

const search = (keeps: (perSec: number, trial: number) => boolean, setting = {}) => {
  let trials = 0
  const trial = async (perSec: number) => keeps(perSec, ++trials)
  return searchRate({ ...bounds, ...inTime, trial, ...setting })
}

test.each([17, 100, 249, 250, 999, 1000, 7_300, 63_999])(
  'a machine that keeps up with %d a second is bracketed, as narrow as was asked',
  async (capacity) => {
    const { kept, lost } = await search((perSec) => perSec <= capacity)
    expect(kept).toBeLessThanOrEqual(capacity)
    expect(lost).toBeGreaterThan(capacity)
    expect((lost as number) - (kept as number)).toBeLessThanOrEqual(0.15 * (lost as number) + 1)
  },
)

test('what keeps up with everything that is tried is known to be at least so fast, and no more', async () => {
  expect(await search(() => true)).toMatchObject({ kept: 64_000, lost: null })
})

test('what keeps up with nothing has no lower end', async () => {
  const { kept, lost } = await search(() => false)
  expect({ kept, lost }).toEqual({ kept: null, lost: 16 })
})

test('one lost trial is tried again, two in a row are believed', async () => {
  const onceUnlucky = await search((perSec, trial) => perSec <= 1000 && trial !== 2)
  expect(onceUnlucky.kept).toBeGreaterThan(850)
})

test('a rate that was kept up with once and then no more is not the lower end', async () => {
  const rates: number[] = []
  const { kept, lost } = await search((perSec) => {
    rates.push(perSec)
    return perSec <= 500 || (perSec <= 1000 && rates.filter((rate) => rate === perSec).length < 2)
  })
  expect(kept).toBe(500)
  expect(lost).toBeGreaterThan(500)
})

test('out of time the bracket stays as wide as it is', async () => {
  let asked = 0
  const outOfTime = () => ++asked > 3
  const { kept, lost } = await search((perSec) => perSec <= 100_000, { outOfTime })
  expect({ kept, lost }).toEqual({ kept: 1000, lost: null })
  expect(await search(() => true, { outOfTime: () => true })).toEqual({
    ...{ kept: null, lost: null, trials: 0 },
  })
})
