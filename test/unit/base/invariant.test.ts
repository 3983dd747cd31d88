import { expect, test } from 'vitest'
import { invariant } from '../../../harness/base/invariant.ts'

test('a broken invariant says what it was and whose fault it is', () => {
  expect(() => invariant(false, 'time never goes back')).toThrow(
    'invariant broken (a bug in Faultline): time never goes back',
  )
})

test('an invariant that holds says nothing', () => {
  expect(() => invariant(true, 'unused')).not.toThrow()
})
