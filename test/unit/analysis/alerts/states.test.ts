import { expect, test } from 'vitest'
import { AlertStates } from '../../../../harness/analysis/alerts/states.ts'
import { SECOND } from '../../../../harness/model/units.ts'

const a = { link: 'a>b' }
const b = { link: 'b>a' }

/** Evaluations 15 s apart; a text of `x` and `.`: whether the condition of `a` holds. In seconds: active, fired, ended. */
function stretches(holds: string, forSeconds = 0, keepSeconds = 0) {
  const states = new AlertStates({
    forUs: forSeconds * SECOND,
    keepFiringForUs: keepSeconds * SECOND,
  })
  for (const [i, one] of [...holds].entries())
    states.evaluate(i * 15 * SECOND, one === 'x' ? [a] : [])
  return states.stretches.map(({ activeUs, firedUs, endedUs }) =>
    [activeUs, firedUs, endedUs].map((us) => us && us / SECOND),
  )
}

test('without `for` an alert fires at the evaluation at which its condition first holds', () => {
  expect(stretches('.xx.')).toEqual([[15, 15, 45]])
})

test('with `for` it fires at the first evaluation at which it has held so long, and not one before', () => {
  expect(stretches('.xxx.', 30)).toEqual([[15, 45, 60]])
  expect(stretches('.xxx.', 31)).toEqual([[15, null, 60]])
  expect(stretches('.xxxx.', 31)).toEqual([[15, 60, 75]])
  expect(stretches('.xx.', 30)).toEqual([[15, null, 45]])
})

test('one evaluation without it resets what is pending: the time before does not count', () => {
  expect(stretches('xx.xx.', 30)).toEqual([
    [0, null, 30],
    [45, null, 75],
  ])
})

test('what was resolved fires anew, after `for` anew', () => {
  expect(stretches('xxx.xxx.', 30)).toEqual([
    [0, 30, 45],
    [60, 90, 105],
  ])
})

test('what is active at the end has no end', () => {
  expect(stretches('.xx', 30)).toEqual([[15, null, null]])
  expect(stretches('.xxx', 30)).toEqual([[15, 45, null]])
})

test('keep_firing_for bridges gaps shorter than itself, and ends an alert so long after its condition', () => {
  expect(stretches('x.x..', 0, 30)).toEqual([[0, 0, null]])
  expect(stretches('x.x...', 0, 30)).toEqual([[0, 0, 75]])
  expect(stretches('x..x', 0, 30)).toEqual([[0, 0, null]])
  expect(stretches('x...x', 0, 30)).toEqual([
    [0, 0, 45],
    [60, 60, null],
  ])
})

test('keep_firing_for keeps nothing that is only pending', () => {
  expect(stretches('x.x', 30, 60)).toEqual([
    [0, null, 15],
    [30, null, null],
  ])
})

test('each series has states of its own, however its labels are ordered', () => {
  const states = new AlertStates({ forUs: 15 * SECOND, keepFiringForUs: 0 })
  states.evaluate(0, [{ x: '1', y: '2' }, b])
  states.evaluate(15 * SECOND, [{ y: '2', x: '1' }])
  expect(states.stretches).toEqual([
    { labels: { x: '1', y: '2' }, activeUs: 0, firedUs: 15 * SECOND, endedUs: null },
    { labels: b, activeUs: 0, firedUs: null, endedUs: 15 * SECOND },
  ])
})
