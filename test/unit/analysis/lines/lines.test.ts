import { expect, test } from 'vitest'
import { selectLines, whyNoLines } from '../../../../harness/analysis/lines/lines.ts'
import { SelectorError } from '../../../../harness/analysis/lines/selector.ts'
import { keptByAll } from '../../../../harness/model/layout.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { aRecord, everythingPromised } from '../../../support/record.ts'

const path = aRecord()
  .upsert({ op: 1, id: 9, at: 2 * SECOND })
  .everywhere(1, 9, 3 * SECOND)
  .search({ op: 2, at: 4 * SECOND, answer: [[9, 1]] })
  .search({ op: 3, at: SECOND / 2, region: 'eu' })
  .upsert({ op: 4, id: 8, at: 5 * SECOND })
  .scans({ 9: 1 })
  .file()
const judging = {
  guaranteesFor: () => everythingPromised,
  layoutFor: ({ regions }: { regions: string[] }) => keptByAll(regions),
}
const select = (selector: string) => selectLines(path, selector, judging)
const numbers = (selector: string) => select(selector).map(({ number }) => number)

test('op= gives an operation and every hop of its write', () => {
  expect(numbers('op=1')).toEqual([4, 5, 6, 7, 8, 9])
  expect(numbers('op=2')).toEqual([10, 11])
})

test('id= gives all about a point: its writes, hops, and answers that have it', () => {
  expect(numbers('id=9')).toEqual([4, 5, 6, 7, 8, 9, 11])
})

test('line= and type= give lines as they stand', () => {
  expect(select('line=3')).toEqual([
    { number: 3, text: expect.stringMatching(/^\{"type":"op\.end".*\}$/) },
  ])
  expect(numbers('type=scan')).toEqual([14, 15])
})

test('metric= gives the operations a figure is made of', () => {
  expect(numbers('metric=search.response')).toEqual([2, 3, 10, 11])
  expect(numbers('metric=search.response,phase=baseline')).toEqual([10, 11])
  expect(numbers('metric=search.response,region=eu,phase=baseline')).toEqual([])
  expect(numbers('metric=lag,link=us>eu,phase=baseline')).toEqual([4, 5, 8, 9, 12, 13])
})

test('finding= gives the witnesses of a finding', () => {
  expect(numbers('finding=lost-writes')).toEqual([12, 13])
})

test.each([
  ['speed=9', '"speed" cannot be selected by'],
  ['op', '"op" is not key=value'],
  ['op=x', 'op=x: expected a whole number'],
  ['op=1,id=2', 'only metric= takes more than one part'],
  ['metric=latency', 'no metric is called "latency"; there are search.response'],
  ['metric=lag,colour=red', '"colour" is not a place a figure can be of'],
  ['finding=lost', 'no checker is called "lost"; there are lost-writes'],
  ['type=hops', 'no line is of type "hops"; this record has end, hop, op.end'],
])('%s is refused with what can be asked for', (selector, why) => {
  expect(() => select(selector)).toThrow(SelectorError)
  expect(() => select(selector)).toThrow(why)
  expect(() => select(selector)).toThrow('A selector is one of op=17, id=5012')
})

test.each([
  ['finding=invented-point', 'good', 'invented-point has no witnesses to show. pass: '],
  ['finding=zombie-writes', 'blind', 'zombie-writes has no witnesses to show. unknown: '],
  ['metric=mirror-duplicates', 'blind', 'mirror-duplicates was not measured in this run'],
  ['op=99', 'none', 'matches op=99'],
])('nothing to show for %s is %s news', (selector, news, sentence) => {
  expect(select(selector)).toEqual([])
  const why = whyNoLines(path, selector, judging)
  expect(why.news).toBe(news)
  expect(why.sentence).toContain(sentence)
})
