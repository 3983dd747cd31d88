import { describe, expect, test } from 'vitest'
import { loadPlan } from '../../../../harness/scenario/load.ts'
import { formatProblem } from '../../../../harness/scenario/yaml/problem.ts'
import { aScenario, known, planOf } from '../known.ts'

const three = {
  regions: 'regions: [us, eu, ap]',
  load: 'load: [{ in: us, search: 9/s }]',
}

function load(csv: string, links = '{ file: ./rtt.csv }') {
  const there = { ...known, fileBeside: () => ({ file: 'rtt.csv', text: csv }) }
  return loadPlan(aScenario({ ...three, links: `links: ${links}` }), 'x.yaml', there, {})
}

function delays(csv: string, links?: string) {
  const result = load(csv, links)
  if ('problems' in result) throw new Error(result.problems.map(formatProblem).join('\n'))
  return Object.fromEntries(
    result.plan.links.map(({ from, to, latencyUs }) => [`${from}>${to}`, latencyUs]),
  )
}

function said(csv: string, links?: string): string[] {
  const result = load(csv, links)
  return 'problems' in result ? result.problems.map(formatProblem) : []
}

const bothWays = { 'us>eu': 38_000, 'eu>us': 38_000, 'us>ap': 93_170, 'ap>us': 93_170 }

describe('a table of round trips is read from a CSV file beside the scenario', () => {
  test('with a row for each pair', () => {
    const csv = 'from,to,rtt_ms\nus,eu,76\nus,ap,186.34\neu,ap,122\nmars,us,900000\n'
    expect(delays(csv)).toEqual({ ...bothWays, 'eu>ap': 61_000, 'ap>eu': 61_000 })
  })

  test('as a matrix, each direction its own, what a region is to itself left out', () => {
    const csv = '# measured\n\nrtt_ms;us;eu;ap\nus;0.4;76;186.34\neu;76;-;122\nap;186.34;124;\n'
    expect(delays(csv)).toEqual({ ...bothWays, 'eu>ap': 61_000, 'ap>eu': 62_000 })
  })

  test('with units at the numbers, quotes, tabs and another end of line', () => {
    const csv =
      '\uFEFF"to"\t"from"\t"RTT"\r\neu\tus\t"76ms"\r\nap\tus\t0.18634s\r\nap\teu\t122 ms\r\n'
    expect(delays(csv)).toMatchObject(bothWays)
  })

  test('with the unit said by the scenario, and one way where the column says so', () => {
    expect(
      delays(',us,eu,ap\nus,,76,186.34\neu,,,122\nap,,,', '{ file: a.csv, unit: ms }'),
    ).toMatchObject(bothWays)
    expect(delays('from,to,one_way_us\nus,eu,38000\nus,ap,93170\neu,ap,61000')).toMatchObject(
      bothWays,
    )
  })

  test('and single links beside it win', () => {
    const csv = 'from,to,rtt_ms\nus,eu,76\nus,ap,186\neu,ap,122\n'
    const links = '{ file: ./rtt.csv, us -> eu: { rtt: 100ms, jitter: 2ms } }'
    expect(delays(csv, links)).toMatchObject({ 'us>eu': 50_000, 'eu>us': 38_000 })
    const onlyThere = '{ file: ./rtt.csv, ap <-> us: { rtt: 1ms }, ap <-> eu: { rtt: 3ms } }'
    expect(delays('from,to,rtt_ms\nus,eu,76', onlyThere)).toMatchObject({ 'us>ap': 500 })
  })

  test('of the file itself: the numbers of the preset that was made of it', () => {
    const regions = 'regions: [dallas, toronto, tokyo, sao-paulo]'
    const given = { regions, load: 'load: [{ in: tokyo, search: 9/s }]' }
    const { links } = planOf(aScenario({ ...given, links: 'links: { preset: ibm-cloud-2024-09 }' }))
    const file = 'links: { file: fixtures/links/ibm-cloud-2024-09.csv }'
    expect(planOf(aScenario({ ...given, links: file })).links).toEqual(links)
  })
})

describe('what is wrong with it is said at its line', () => {
  test.each<[string, string, string[], string?]>([
    ['an empty file', '', ['rtt.csv:1:1: this file is empty. Begin with']],
    ['no header', 'us,eu,76\nus,ap,186', ['rtt.csv:1:1: the first row has to name the columns.']],
    [
      'numbers without a unit',
      'from,to,rtt\nus,eu,76\nus,ap,186ms\neu,ap,1ms',
      ['rtt.csv:2:7: 76 has no unit. Call the column rtt_ms, or write unit: ms'],
    ],
    [
      'a column that may be one way',
      'from,to,latency_ms\nus,eu,76',
      ['rtt.csv:1:9: "latency_ms" does not say whether it is there and back, or one way.'],
    ],
    [
      'a column that nothing reads',
      'from,to,rtt_ms,loss\nus,eu,76,1',
      ['rtt.csv:1:16: one column holds the round trip, and here are 2: rtt_ms, loss.'],
    ],
    ['no column of times', 'from,to\nus,eu', ['rtt.csv:1:1: no column holds the round trip.']],
    [
      'cells that are no times',
      'from,to,rtt_ms\nus,eu,fast\nus,ap,-3\neu,ap,0\neu,us,"1,5"x',
      [
        'rtt.csv:2:7: "fast" is not a duration.',
        'rtt.csv:3:7: a duration cannot be negative.',
        'rtt.csv:4:7: eu to ap takes no time. Leave the cell empty.',
        'rtt.csv:5:1: expected 3 cells in this row, found 4',
      ],
    ],
    [
      'decimal commas',
      ';us;eu;ap\nus;;76,5;1\neu;;;1\nap;;;',
      ['rtt.csv:2:5: "76,5" is not a number. Write 76.5.'],
      '{ file: a.csv, unit: ms }',
    ],
    [
      'what appears twice',
      'from,to,rtt_ms\nus,eu,76\nus,ap,186\neu,ap,3\nus,eu,76',
      ['rtt.csv:5:7: us to eu appears twice in this table'],
    ],
    [
      'a column that appears twice',
      'ms,us,eu,eu\nus,,1,1\neu,1,,',
      ['rtt.csv:1:10: the column "eu" appears twice', 'rtt.csv:2:7: us to eu appears twice'],
    ],
    [
      'two units',
      'from,to,rtt_ms\nus,eu,76',
      [
        'rtt.csv:1:1: the first row says ms, and the scenario says unit: s. Take one of the two out.',
      ],
      '{ file: a.csv, unit: s }',
    ],
    [
      'a region that is not in it',
      'from,to,rtt_ms\nus,eu,76\nus,app,1',
      ['x.yaml:3:16: region "ap" is not in rtt.csv. Did you mean "app"? Rename it'],
    ],
    [
      'a pair that is not in it',
      'from,to,rtt_ms\nus,eu,76\nus,ap,186',
      ['x.yaml:3:1: no link between eu and ap. Write eu <-> ap: { latency: 38ms }.'],
    ],
    [
      'a unit without a file',
      '',
      ['x.yaml:3:16: unit is the unit of a file, and there is none. Write file: ./rtt.csv.'],
      '{ unit: ms, us <-> eu: { rtt: 1ms }, us <-> ap: { rtt: 1ms }, ap <-> eu: { rtt: 1ms } }',
    ],
    ['no name', '', ['x.yaml:3:16: expected the name of a file, found 5.'], '{ file: 5 }'],
  ])('%s', (_, csv, expected, links) => {
    const all = said(csv, links)
    expect(all).toHaveLength(expected.length)
    for (const [i, start] of expected.entries()) expect(all[i]).toContain(start)
  })

  test('a file that is not there', () => {
    const text = aScenario({ ...three, links: 'links: { file: nowhere/rtt.csv }' })
    const result = loadPlan(text, 'folder/x.yaml', known, {})
    expect('problems' in result && result.problems.map(formatProblem)).toEqual([
      'folder/x.yaml:3:16: "nowhere/rtt.csv" cannot be read: there is no folder/nowhere/rtt.csv. The path counts from the scenario file.',
    ])
  })
})
