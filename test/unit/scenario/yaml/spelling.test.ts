import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { closest, editDistance } from '../../../../harness/scenario/yaml/spelling.ts'

describe('did you mean', () => {
  test.each([
    ['partion', 'partition', 2],
    ['fro', 'for', 1],
    ['kitten', 'sitting', 3],
    ['', 'abc', 3],
    ['ca', 'abc', 3],
  ])('%s and %s are %d slips apart', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance)
  })

  test('the distance is the same both ways, and 0 only between equals', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a))
        expect(editDistance(a, b) === 0).toBe(a === b)
      }),
      { numRuns: 200 },
    )
  })

  test('two slips are forgiven in a long word, one in a short one, none in two letters', () => {
    expect(closest('partion', ['hold', 'partition'])).toBe('partition')
    expect(closest('fro', ['at', 'for'])).toBe('for')
    expect(closest('k', ['p', 'in'])).toBeUndefined()
    expect(closest('earthquake', ['partition', 'brown-out'])).toBeUndefined()
    expect(closest('FetchOwn', ['fetchOwn'])).toBe('fetchOwn')
  })

  test('the first of equally close words is offered', () => {
    expect(closest('us-est', ['us-east', 'us-west'])).toBe('us-east')
  })
})
