import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { files } from '../../../harness/pipeline/catalogue.ts'
import { planOf } from '../../../harness/pipeline/plan.ts'
import { shippedScenarios } from '../../../harness/pipeline/shipped.ts'
import { limitPlaces } from '../../../harness/scenario/limit-places.ts'

test('limits are found where they are written, those of a world too', () => {
  const text = `name: a
limits:
  - { metric: lag, p: 90, max: 1s }   # why
  - metric: recall
    mean: 0.9
worlds:
  containers:
    limits:
      - { metric: lag, p: 90, max: 2s }
`
  const lines = [...limitPlaces({ file: 'a.yaml', text }, files)].map(([limit, { line }]) => [
    limit,
    line,
  ])
  expect(lines).toEqual([
    ['metric: lag, p: 90, max: 1s', 3],
    ['metric: recall, mean: 0.9', 4],
    ['metric: lag, p: 90, max: 2s', 9],
  ])
  expect(limitPlaces({ file: 'a.yaml', text: 'name: [' }, files).size).toBe(0)
})

test('limits of profiles are found, and those whose bound is a variable at the value that was set', () => {
  const text = `name: a
vars: { most: 1s }
limits:
  - { metric: lag, p: 90, max: "\${most}" }
profiles:
  gold:
    title: Gold
    limits:
      - { metric: availability, min: 99% }
`
  const source = { file: 'a.yaml', text }
  const found = (set?: { most: string }) =>
    [...limitPlaces(source, files, set)].map(([limit, { line }]) => [limit, line])
  const gold = ['metric: availability, min: 99%', 9]
  expect(found()).toEqual([['metric: lag, p: 90, max: 1s', 4], gold])
  expect(found({ most: '3s' })).toEqual([['metric: lag, p: 90, max: 3s', 4], gold])
})

test('every limit of three shipped scenarios is found at a line that holds its metric', () => {
  for (const file of ['partition-heal', 'steady-state', 'everything-swarm'].map(
    (name) => `${name}.yaml`,
  )) {
    const path = `${shippedScenarios}/${file}`
    const text = readFileSync(path, 'utf8')
    const lines = limitPlaces({ file: path, text }, files)
    const { limits } = planOf(path)
    expect(limits.length).toBeGreaterThan(0)
    for (const { text: written, metric } of limits) {
      const line = lines.get(written)?.line
      expect(line, `${file}: ${written}`).toBeDefined()
      expect(text.split('\n')[(line ?? 0) - 1]).toContain(metric)
    }
  }
})
