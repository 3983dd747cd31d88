import { expect, test } from 'vitest'
import { zombieWrites } from '../../../../harness/analysis/checkers/zombie-writes.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { aRecord, everythingPromised, type RecordScript, spoken } from '../../../support/record.ts'

const check = (record: RecordScript) => spoken(zombieWrites(record.facts(), everythingPromised))
const aCrash = () =>
  aRecord()
    .upsert({ op: 1, id: 9, at: SECOND })
    .agent('eu', 'crash', 3 * SECOND, 1)

test('hops before the crash, of the next incarnation and of other regions pass', () => {
  const record = aCrash()
    .hops(1, 9, 'eu', { applied: 2 * SECOND }, 1)
    .hops(1, 9, 'eu', { duplicate: 4 * SECOND }, 2)
    .hops(1, 9, 'us', { applied: 4 * SECOND }, 1)
  expect(check(record)).toMatchObject({ verdict: 'pass', evidence: 3 })
})

test('a hop of an incarnation that had crashed fails', () => {
  const record = aCrash().hops(1, 9, 'eu', { applied: 3 * SECOND }, 1)
  expect(check(record)).toMatchObject({
    verdict: 'fail',
    promised: true,
    events: [
      {
        sentence:
          'Incarnation 1 in eu crashed at ‹3.000 s› and had write 1 of id 9 applied at ‹3.000 s›.',
        lines: [2, 3, 4, 5],
      },
    ],
  })
})

test('without a crash there is no evidence', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 9, at: SECOND })
    .everywhere(1, 9, 2 * SECOND)
  expect(check(record)).toMatchObject({ verdict: 'unknown', evidence: 0 })
})
