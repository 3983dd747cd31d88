import { expect, test } from 'vitest'
import { MS } from '../../../harness/model/units.ts'
import { renderCheck } from '../../../harness/scenario/shown/timeline.ts'
import { aScenario, planOf, saidOf } from './known.ts'

const nothing = { given: [], excepted: [] }

const withLoad = (load: string, more: Record<string, string> = {}) =>
  aScenario({ load: `load:\n${load.replace(/^/gm, '  - ')}`, ...more })

const checked = (text: string) => renderCheck(planOf(text), nothing).replace(/\s+/g, ' ')

test('a region has as many classes of clients as it has loads; only the first needs no name', () => {
  const { load } = planOf(
    withLoad(`{ in: us, search: 60/s }
{ in: us, class: batch, upsert: 9/s, k: 5 }
{ in: [us, eu], search: 5/s }`),
  )
  expect(load.map(({ region, class: name }) => [region, name])).toEqual([
    ['us', undefined],
    ['us', 'batch'],
    ['us', '3'],
    ['eu', undefined],
  ])
})

test('check names the classes and says that the figures of a region pool them', () => {
  const text = checked(withLoad('{ in: us, search: 60/s }\n{ in: us, class: batch, upsert: 9/s }'))
  expect(text).toContain('us/batch 10 0/s 9/s')
  expect(text).toContain(
    'us has 2 classes of clients (us, us/batch). Figures and limits of us pool them',
  )
})

test('expected samples of a region are those of all its classes', () => {
  const limits = 'limits: [{ metric: search.response, p: 99, max: 40ms }]'
  const two = '{ in: us, search: 6/s }\n{ in: us, search: 6/s }'
  expect(saidOf(withLoad(two, { limits }))).toEqual([])
  expect(saidOf(withLoad('{ in: us, search: 6/s }', { limits })).join()).toContain(
    'too few samples',
  )
})

test('two classes of one region with one name are refused', () => {
  const same = '{ in: us, class: a, search: 1/s }\n{ in: us, class: a, search: 2/s }'
  expect(saidOf(withLoad(same))).toEqual([
    '7:22: us has two classes of clients called "a". Give one of them another class.',
  ])
})

test('search: max is a closed loop, and check says what its figures leave out', () => {
  const text = withLoad('{ in: us, clients: 20, search: max, think: 10ms }')
  expect(planOf(text).load[0]).toMatchObject({
    ...{ clients: 20, searchPerSec: 0, closedLoop: { thinkUs: 10 * MS } },
  })
  const said = checked(text)
  expect(said).toContain('closed loop: each client asks again 10ms after its last answer')
  expect(said).toContain('compare rates (throughput), not p99s')
  expect(said).toContain('us search as many as are answered: a closed loop')
})

test('in a closed loop service time and rate can be limited, response time cannot', () => {
  const limited = (limit: string) =>
    saidOf(withLoad('{ in: us, clients: 20, search: max }', { limits: `limits: [${limit}]` }))
  expect(limited('{ metric: search.service, p: 99, max: 40ms }')).toEqual([])
  expect(limited('{ metric: throughput, operation: search, min: 500/s }')).toEqual([])
  expect(limited('{ metric: search.response, p: 99, max: 40ms }').join()).toContain(
    'search.response cannot be measured: these searches come from a closed loop, and no schedule says when each was to start. Compare rates: { metric: throughput, operation: search, min: 500/s }',
  )
})

test.each([
  ['{ in: us, search: max, upsert: 5/s }', '"upsert" does nothing in a closed loop'],
  ['{ in: us, search: max, arrivals: constant }', '"arrivals" does nothing in a closed loop'],
  ['{ in: us, search: max, inFlight: { max: 5 } }', '"inFlight" does nothing in a closed loop'],
  ['{ in: us, upsert: max }', 'only searches run in a closed loop'],
  ['{ in: us, search: 5/s, think: 5ms }', 'clients think between an answer and their next search'],
  ['{ in: us, search: many }', '"many" is not a rate'],
])('%s is refused', (load, message) => {
  expect(saidOf(withLoad(load)).join('\n')).toContain(message)
})

test('a share of the rates of a world cannot be laid over a closed loop', () => {
  const worlds = 'worlds: { containers: { rate: 50% } }'
  expect(saidOf(withLoad('{ in: us, search: max }', { worlds })).join()).toContain(
    'a closed loop has no rate, so nothing can be scaled to 50%',
  )
})
