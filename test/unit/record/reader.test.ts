import { expect, test } from 'vitest'
import { eachLine, RecordError, readRecord } from '../../../harness/record/reader.ts'
import { aRecord, recordFile } from '../../support/record.ts'

const whole = aRecord()
  .search({ op: 1, at: 2_000_000, answer: [[0, 0]] })
  .scans()
  .text()

function read(text: string) {
  const types: string[] = []
  const end = readRecord(recordFile(text), (event, line) => types.push(`${line} ${event.type}`))
  return { types, end }
}

test('every event comes with the number of its line, the plan first', () => {
  const { types, end } = read(whole)
  expect(types).toEqual(['1 plan', '2 op.start', '3 op.end', '4 scan', '5 scan', '6 end'])
  expect(end).toEqual({ lines: 6, lastUs: 15_000_000, cutOff: null })
})

test('a last line that is cut off is told with its number and the time of the last good event', () => {
  const cut = whole.slice(0, whole.indexOf('"digest"'))
  const { types, end } = read(cut)
  expect(types.at(-1)).toBe('3 op.end')
  expect(end).toEqual({ lines: 3, lastUs: 2_001_000, cutOff: { line: 4, lastUs: 2_001_000 } })
})

test('a last line without a line end is whole if it is an event', () => {
  expect(read(whole.trimEnd()).end).toMatchObject({ lines: 6, cutOff: null })
})

test('a damaged line in the middle is an error with its number', () => {
  const damaged = whole.replace('{"type":"op.end"', '{"type":"op.e\n"')
  expect(() => read(damaged)).toThrow(/record\.jsonl:3: not an event of a record: /)
})

test('a line that is no event is an error too', () => {
  const lines = whole.split('\n')
  expect(() => read([lines[0], '{"kind":"search"}', ...lines.slice(1)].join('\n'))).toThrow(
    /:2: not an event of a record: an event is an object with "type" and "t"/,
  )
})

test.each([
  ['', 'it is empty'],
  ['{"type":"pl', 'its first line is cut off'],
  ['{"type":"end","t":0}\n', 'its first line is of type "end"'],
])('a file that begins with %j is no record', (text, why) => {
  expect(() => read(text)).toThrow(why)
})

test('a record of another format names the version that wrote it', () => {
  expect(() => read(whole.replace('"format":1', '"format":2'))).toThrow(
    'has format 2; this Faultline reads format 1. Try the version that wrote it: test.',
  )
})

test('a record that is not there is named, with what to give instead', () => {
  expect(() => readRecord('/no/such/record.jsonl', () => {})).toThrow(RecordError)
  expect(() => readRecord('/no/such/record.jsonl', () => {})).toThrow(
    'cannot read /no/such/record.jsonl (ENOENT). Give a run directory',
  )
})

test('lines and letters that cross the border of a chunk stay whole', () => {
  const long = `${'ä'.repeat(700_000)}\n${'ö'.repeat(700_000)}\nü`
  const lengths: number[] = []
  eachLine(recordFile(long), (text) => lengths.push(new Set(text).size * 1_000_000 + text.length))
  expect(lengths).toEqual([1_700_000, 1_700_000, 1_000_001])
})

test('lines that several processes told one writer are handed over in order of time, with their numbers', () => {
  const [plan = '', ...rest] = whole.trimEnd().split('\n')
  const real = plan.replace('"world":"sim"', '"world":"containers"')
  const [start, end, ...others] = rest
  const heard = [real, end, start, ...others].join('\n')
  expect(read(heard).types.slice(0, 3)).toEqual(['1 plan', '3 op.start', '2 op.end'])
})
