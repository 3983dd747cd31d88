import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Plan } from '../../../harness/model/plan.ts'
import { readReplay, writeReplay } from '../../../harness/record/replay.ts'
import { planOperations } from '../../../harness/workload/operations.ts'
import { aPlan } from '../../support/plan.ts'
import { pool } from '../../support/simulate.ts'

const aFile = () => join(mkdtempSync(join(tmpdir(), 'faultline-replay-')), 'seed-17.plan.json')

function written(plan: Plan, change: (text: string) => string = (text) => text): string {
  const file = aFile()
  writeReplay(file, plan, '0.1.0')
  writeFileSync(file, change(readFileSync(file, 'utf8')))
  return file
}

const listed = (): Plan => ({ ...aPlan(), operations: planOperations(aPlan(), pool).operations })

test('a plan comes back as it was, key by key in the same order', () => {
  const { plan, faultline } = readReplay(written(aPlan()))
  expect(JSON.stringify(plan)).toBe(JSON.stringify(aPlan()))
  expect(faultline).toBe('0.1.0')
})

test('listed operations come back with it, one a line in the file', () => {
  const file = written(listed())
  expect(readReplay(file).plan).toEqual(listed())
  const lines = readFileSync(file, 'utf8').split('\n')
  expect(lines.filter((line) => line.startsWith('  {"op":')).length).toBe(
    listed().operations?.length,
  )
})

const edits: [string, (text: string) => string, string][] = [
  ['of another format', (text) => text.replace('"replay": 1', '"replay": 2'), 'it has format 2'],
  ['of another plan format', (text) => text.replace('"format": 1', '"format": 7'), 'its plan 7'],
  ['that is no JSON', (text) => text.slice(0, 100), 'it is not JSON'],
  ['that is another JSON', () => '{"rows": []}', 'it is no replay file'],
  ['without links', (text) => text.replace('"links"', '"lnks"'), 'its plan lacks links'],
  [
    'of real servers',
    (text) => text.replace('"world": "sim"', '"world": "containers"'),
    'Only the simulator repeats a run',
  ],
  [
    'with operations out of order',
    (text) => text.replace(/"intendedUs":\d+/, '"intendedUs":99999999'),
    'operations[1] is wanted at',
  ],
  [
    'with one number twice',
    (text) => text.replace('"op":2,', '"op":1,'),
    'operations[1] has the number 1, as one before it has',
  ],
  [
    'with an operation nowhere',
    (text) => text.replace('"region":"us","client"', '"region":"moon","client"'),
    'operations[0] is in moon, which has no load',
  ],
]

test.each(edits)('a file %s is refused with a sentence', (_, change, why) => {
  const file = written(listed(), change)
  expect(() => readReplay(file)).toThrow(why)
  expect(() => readReplay(file)).toThrow(`${file} cannot be repeated: `)
})
