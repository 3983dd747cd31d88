import { describe, expect, test } from 'vitest'
import { aScenario, planOf, problemsOf, saidOf } from './known.ts'

const MEGABYTE = 1_000_000
const word = 'a'.repeat(MEGABYTE)

describe('a word of a megabyte is refused at its place and shown in part', () => {
  const places: Record<string, string> = {
    name: aScenario({ name: `name: ${word}` }),
    'a key': aScenario({ data: `data: { ${word}: 1 }` }),
    'a key of the top': `${aScenario()}\n${word}: 1\n`,
    'a region': aScenario({ load: `load: [{ in: ${word}, search: 1/s }]` }),
    'a rate': aScenario({ load: `load: [{ in: us, search: ${word} }]` }),
    'digits of a rate': aScenario({
      load: `load: [{ in: us, search: ${'9'.repeat(MEGABYTE)}/s }]`,
    }),
    'a share': aScenario({ links: `links: { us <-> eu: { latency: 1ms, loss: ${word} } }` }),
    'a link': aScenario({ links: `links: { us <-> ${word}: { latency: 1ms } }` }),
    'no link': aScenario({ links: `links: { ${word}: { latency: 1ms } }` }),
    'a fault': aScenario({ faults: `faults: [{ ${word}: us, at: 1s, for: 1s }]` }),
    'the name of a fault': aScenario({
      faults: `faults: [{ partition: us <-> eu, name: ${word}, at: 1s, for: 1s }]`,
    }),
    'a metric': aScenario({ limits: `limits: [{ metric: ${word}, max: 0 }]` }),
    'a phase': aScenario({ limits: `limits: [{ metric: recall, mean: 0.9, phase: ${word} }]` }),
    'a system': aScenario({ system: `system: { kind: ${word} }` }),
    'a knob': aScenario({ system: `system: { kind: active-active-cdc, ack: ${word} }` }),
    'an alias': aScenario({ data: `data: *${word}` }),
    'a tag': aScenario({ data: `data: !${word} 5` }),
    'many words': aScenario({ name: `name: "${'a b '.repeat(MEGABYTE / 4)}"` }),
  }
  test.each(Object.entries(places))('%s', (_, text) => {
    const problems = problemsOf(text)
    expect(problems.length).toBeGreaterThan(0)
    for (const { message, hint = '' } of problems)
      expect((message + hint).length).toBeLessThan(1_100)
  })

  test('but for the question, which is cut', () => {
    expect(planOf(`# ${word}\n${aScenario()}`).question.length).toBeLessThan(2_100)
  })
})

test.each(['[', '{ a: ', '- '])(
  'nesting without end by "%s" is refused where it goes too far',
  (open) => {
    const lead = open === '- ' ? '' : 'data: '
    const [said, ...more] = saidOf(`${lead}${open.repeat(30_000)}`)
    expect(said).toMatch(/^1:\d+: this is nested more than 64 levels deep/)
    expect(more).toEqual([])
  },
)

test('aliases that stand for more and more are refused', () => {
  const lines = [...'abcdefghij'].map((name, i) => {
    const before = i === 0 ? '1' : `*${String.fromCharCode(96 + i)}`
    return `${name}: &${name} [${Array(9).fill(before).join(', ')}]`
  })
  expect(saidOf(lines.join('\n'))[0]).toContain('stand for more than a scenario can hold')
})

describe('merge keys', () => {
  test('are read, what stands beside them wins', () => {
    const { load } = planOf(
      aScenario({
        load: `load:
  - &base { in: us, search: 60/s, upsert: 10/s, k: 5 }
  - { <<: *base, in: eu, k: 7 }`,
      }),
    )
    expect(load.map(({ region, upsertPerSec, k }) => [region, upsertPerSec, k])).toEqual([
      ['us', 10, 5],
      ['eu', 10, 7],
    ])
  })

  test('of lists, the first of which wins', () => {
    const { load } = planOf(
      aScenario({
        load: `load:
  - &a { in: us, search: 60/s }
  - { <<: [{ k: 3, clients: 4 }, { k: 9, deadline: 1s }, *a], in: eu }`,
      }),
    )
    expect(load[1]).toMatchObject({ k: 3, clients: 4, deadlineUs: 1_000_000, searchPerSec: 60 })
  })

  test('show the limits they make in full', () => {
    const { limits } = planOf(
      aScenario({
        limits: `limits:
  - &lag { metric: lag, p: 90, max: 2s }
  - { <<: *lag, p: 50 }`,
      }),
    )
    expect(limits.map(({ text }) => text)).toEqual([
      'metric: lag, p: 90, max: 2s',
      'metric: lag, p: 50, max: 2s',
    ])
  })
})

test('links without blanks are read', () => {
  const plan = planOf(
    aScenario({
      links: 'links: { us<->eu: { latency: 40ms } }',
      faults: 'faults: [{ mirror-pause: us->eu, at: 1s, for: 1s }]',
    }),
  )
  expect(plan.links).toHaveLength(2)
  expect(plan.faults[0]).toMatchObject({ links: [{ from: 'us', to: 'eu' }] })
})
