import { describe, expect, test } from 'vitest'
import { aScenario, planOf, saidOf } from '../known.ts'

const withProfiles = (profiles: string) => aScenario({ profiles: `profiles: ${profiles}` })

test('a profile is limits by name, with a title, an owner and a window; what is left out has a default', () => {
  const [gold, silver, ...none] =
    planOf(
      withProfiles(
        `{ gold: { title: Gold search, owner: search-team, window: 5s, limits: [{ metric: availability, operation: search, min: 95% }, { metric: lost-writes, max: 0 }] }, silver: { limits: [{ metric: lost-writes, max: 3 }] } }`,
      ),
    ).serviceLevels ?? []
  expect(none).toEqual([])
  expect(gold).toMatchObject({ name: 'gold', title: 'Gold search', owner: 'search-team' })
  expect(gold?.windowUs).toBe(5_000_000)
  expect(gold?.limits.map(({ metric, value }) => [metric, value])).toEqual([
    ['availability', 0.95],
    ['lost-writes', 0],
  ])
  expect(silver).toMatchObject({ name: 'silver', title: 'silver', owner: null })
  expect(silver?.windowUs).toBe(10_000_000)
})

test('a plan without profiles says nothing of them, so that its record is as it was', () => {
  expect(Object.keys(planOf(aScenario({})))).not.toContain('serviceLevels')
})

test('limits of a profile are not those of the run', () => {
  const plan = planOf(withProfiles('{ gold: { limits: [{ metric: lost-writes, max: 0 }] } }'))
  expect(plan.limits).toEqual([])
})

test('what one run could not show is no mistake: runs are signed for together', () => {
  const limits = '[{ metric: availability, operation: search, min: 99.99% }]'
  expect(saidOf(aScenario({ limits: `limits: ${limits}` })).join()).toContain('cannot be shown')
  expect(saidOf(withProfiles(`{ gold: { limits: ${limits} } }`))).toEqual([])
})

describe('what is wrong with a profile is said where it stands', () => {
  test.each([
    ['gold', 'expected a map from name to limits', 'How long servers take is profile:'],
    ['{}', 'there is no profile here', 'Write profiles:'],
    ['{ gold: {} }', 'a profile without limits promises nothing', 'Write profiles:'],
    ['{ gold: { limits: [] } }', 'a profile without limits promises nothing', 'Write profiles:'],
    ['{ Gold one: { limits: [{ metric: lost-writes, max: 0 }] } }', 'expected a name', 'title:'],
    ['{ gold: { limits: [{ metric: lost-wrtes, max: 0 }] } }', 'unknown metric', 'lost-writes'],
    ['{ gold: { limts: [{ metric: lost-writes, max: 0 }] } }', 'limts', 'limits'],
    ['{ gold: { limits: [{ metric: goodput, min: 5/s }] } }', 'goodput cannot be', 'Add one such'],
    ['{ gold: { limits: 99% } }', 'a profile without limits promises nothing', 'Write profiles:'],
  ])('%s', (written, message, hint) => {
    const said = saidOf(withProfiles(written)).join('\n')
    expect(said).toContain(message)
    expect(said).toContain(hint)
  })
})
