import { expect, test } from 'vitest'
import type { CapacityResult } from '../../harness/model/capacity.ts'
import { faultline, newFolder } from '../support/faultline.ts'

test('without a region the search ends with a bracket too, in which nothing is asked of that region', async () => {
  const wide = ['--width', '10%', '--seeds', '2']
  const asked = ['capacity-search', '--without', 'eu-west', '--json', '--quiet', ...wide]
  const said = await faultline('capacity', ...asked, '--out', newFolder())
  expect(said.code, said.err).toBe(0)
  const { outcome, without, limits, trials } = JSON.parse(said.out) as CapacityResult
  if (outcome.kind !== 'bracketed') throw new Error(JSON.stringify(outcome))
  expect(without).toBe('eu-west')
  expect(limits.map(({ link }) => link)).not.toContain('us-east>eu-west')
  const verdictsAt = (factor: number) => trials.filter((one) => one.factor === factor)
  expect(verdictsAt(outcome.keeps).map(({ verdict }) => verdict)).toEqual(['pass', 'pass'])
  expect(verdictsAt(outcome.fails).map(({ verdict }) => verdict)).toEqual(['fail', 'fail'])
  // The store of us-east has two workers of 2.6 ms each: it cannot serve more, whoever asks.
  expect(120 * outcome.keeps).toBeLessThan(769)
}, 900_000)
