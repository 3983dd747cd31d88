import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Followed, filesNamed, follow, type Recipe } from '../support/recipe.ts'

/** What "Add a metric" in CONTRIBUTING.md asks for. */
const recipe: Recipe = {
  'harness/model/metric.ts': [
    {
      before: "  'search.service': {",
      put: "  'fetch-count': {\n    ...value,\n    unit: 'count',\n    of: 'run',\n    about: 'fetches of the whole run',\n    from: ['fetch'],\n  },\n",
    },
  ],
  'harness/analysis/metrics/measures.ts': [
    {
      before: "  'search.service': {",
      put: `  'fetch-count': {
    fold: ({ facts }) => {
      const count = facts.history.ops.filter(({ kind }) => kind === 'fetch').length
      return [{ metric: 'fetch-count', unit: 'count', count, value: count }]
    },
    lines: operationLines('fetch-count'),
  },
`,
    },
  ],
}
const files = Object.keys(recipe)

const scenario = `# How often is fetched?
name: fetched
regions: [us, eu]
links: { us <-> eu: { latency: 20ms } }
data: { base: 300 }
system: { kind: active-active-cdc }
load: [{ in: [us, eu], clients: 5, search: 10/s, fetch: 5/s }]
timeline: { warmup: 2s, run: 8s, settle: 5s }
limits: [{ metric: fetch-count, max: 10 }]
expect: { verdict: fail, breaks: [fetch-count] }
`

let there: Followed

beforeAll(() => {
  there = follow(recipe, { 'fetched.yaml': scenario })
})
afterAll(() => there.remove())

test('CONTRIBUTING names exactly the files this test changes, in this order', () => {
  expect(filesNamed('Add a metric')).toEqual(files)
})

test('with its two entries a metric compiles, can be limited, is measured and breaks its limit', () => {
  expect(there.complaints()).toBe('')
  const { code, out } = there.faultline('run', 'fetched.yaml', '--expect')
  expect(out).toMatch(/fail +metric: fetch-count, max: 10 +\d+/)
  expect(code).toBe(0)
  const summary = readFileSync(join(there.copy, 'runs/fetched-42/summary.json'), 'utf8')
  expect(JSON.parse(summary).metrics).toContainEqual(
    expect.objectContaining({ metric: 'fetch-count', unit: 'count' }),
  )
})

test.each(files)('without its entry in %s it does not compile', (file) => {
  there.write(file, false)
  try {
    expect(there.complaints()).toMatch(
      /^harness\/analysis\/metrics\/measures\.ts.*'"?fetch-count"?'/m,
    )
  } finally {
    there.write(file, true)
  }
})
