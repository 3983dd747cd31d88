import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readPrices } from '../../../../harness/scenario/parts/prices.ts'
import { formatProblem } from '../../../../harness/scenario/yaml/problem.ts'
import { repository } from '../known.ts'

const head = 'as-of: 2026-11-30\nsource: ours\ncurrency: EUR\n'
const read = (text: string) => readPrices({ file: 'p.yaml', text }, ['us', 'eu'])
const said = (text: string): string[] => {
  const found = read(text)
  return 'problems' in found ? found.problems.map(formatProblem) : []
}

test('a region or a link has its own price, or the one for all', () => {
  const found = read(
    `${head}servers: { default: 0.4, regions: { eu: 0.5 } }\negress: { default: 0.02, links: { us -> eu: 0.09 } }\n`,
  )
  if ('problems' in found) throw new Error('refused')
  const { prices } = found
  expect(prices).toMatchObject({ asOf: '2026-11-30', source: 'ours', currency: 'EUR' })
  expect(['us', 'eu'].map(prices.serverPerHour)).toEqual([0.4, 0.5])
  expect(['us>eu', 'eu>us'].map(prices.egressPerGb)).toEqual([0.09, 0.02])
})

test('a link of which nobody gave a price has none, and both ways may be meant at once', () => {
  const found = read(`${head}servers: { default: 1 }\negress: { links: { us <-> eu: 0.01 } }\n`)
  if ('problems' in found) throw new Error('refused')
  expect(['us>eu', 'eu>us'].map(found.prices.egressPerGb)).toEqual([0.01, 0.01])
  const none = read(`${head}servers: { default: 1 }\n`)
  if ('problems' in none) throw new Error('refused')
  expect(none.prices.egressPerGb('us>eu')).toBeUndefined()
})

test.each([
  [
    `${head}servers: { regions: { us: 1 } }\n`,
    'p.yaml:4:10: there is no price for eu. Write default: 0.40',
  ],
  [
    `${head}servers: { default: 1, regions: { mars: 1 } }\n`,
    'region "mars" is not in the scenario',
  ],
  [
    `${head}servers: { default: 1 }\negress: { links: { us -> mars: 1 } }\n`,
    '"us -> mars" is no link of the scenario',
  ],
  [`${head}servers: { default: -1 }\n`, 'p.yaml:4:21: '],
  [`${head}servers: { default: cheap }\n`, 'expected a price such as 0.40'],
  ['servers: { default: 1 }\n', 'as-of'],
  [`${head}server: { default: 1 }\n`, 'unknown key "server"'],
])('prices that cannot be meant are refused at their place (%j)', (text, wanted) => {
  expect(said(text).join('\n')).toContain(wanted)
})

test('the example is read, and says that it is one', () => {
  const text = readFileSync(`${repository}fixtures/prices/example.yaml`, 'utf8')
  expect(text).toMatch(/^# AN EXAMPLE/)
  expect(readPrices({ file: 'example.yaml', text }, ['us-east', 'eu-west'])).toHaveProperty(
    'prices',
  )
})
