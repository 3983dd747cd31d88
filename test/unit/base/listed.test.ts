import { expect, test } from 'vitest'
import { Listed } from '../../../harness/base/listed.ts'

test('lists of any length are added: a long window has more values than a call takes arguments', () => {
  const long = new Listed()
  for (let i = 0; i < 300_000; i++) long.add(i)
  long.addBound(5)
  const sum = new Listed()
  sum.merge(long)
  sum.merge(long)
  expect(sum.count).toBe(600_002)
  expect(sum.above(299_997)).toEqual({ low: 4, high: 6 })
})
