import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Followed, filesNamed, follow, type Recipe } from '../support/recipe.ts'

/** What "Add a fault" in CONTRIBUTING.md asks for: in each of its files, what is put before which line. */
const recipe: Recipe = {
  'harness/model/fault.ts': [
    {
      before: "  | { kind: 'store-crash'; region: RegionName }\n",
      put: "  | { kind: 'slow-store'; region: RegionName; factor: number }\n",
    },
    {
      before: "  'store-crash': {\n",
      put: `  'slow-store': {
    about: 'every store call takes \`factor\` times as long',
    effect: 'store-slow',
    hazards: ['stall'],
    knobs: { factor: { key: 'factor', reads: 'factor', above: 1, about: 'how many times as long' } },
  },
`,
    },
  ],
  'harness/worlds/sim/injector.ts': [
    {
      before: "  'store-crash': (",
      put: `  'slow-store': (targets, fault) =>
    member(regionOf(targets, fault).store.server.slow, { factor: fault.factor, share: 1 }),
`,
    },
  ],
  'harness/worlds/containers/injector.ts': [
    {
      before: "  'store-crash': (",
      put: "  'slow-store': { cannot: 'a real store is as fast as it is. Write store-freeze.' },\n",
    },
  ],
  'harness/run/canary-kinds.ts': [
    {
      before: "  'store-crash': (",
      put: "  'slow-store': (world, { region }) => [brownOut(world, region, 1)],\n",
    },
  ],
}
const files = Object.keys(recipe)

const scenario = `# Does a fault made by the recipe run?
name: slow-store
regions: [us, eu]
links: { us <-> eu: { latency: 20ms } }
data: { base: 500 }
system: { kind: active-active-cdc }
load: [{ in: [us, eu], clients: 5, search: 20/s, upsert: 5/s }]
timeline: { warmup: 5s, run: 30s, settle: 20s }
faults: [{ slow-store: us, factor: 20, at: 8s, for: 10s }]
`

let there: Followed

beforeAll(() => {
  there = follow(recipe, { 'slow-store.yaml': scenario })
})
afterAll(() => there.remove())

test('CONTRIBUTING names exactly the files this test changes, in this order', () => {
  expect(filesNamed('Add a fault')).toEqual(files)
})

test('with an entry in each of its files a fault compiles, is explained, injected and confirmed', () => {
  expect(there.complaints()).toBe('')
  expect(there.faultline('check', 'slow-store.yaml').out).toMatch(/slow-store\s.*us, factor 20/)
  expect(there.faultline('run', 'slow-store.yaml').out).toContain('PASS')
  const record = readFileSync(join(there.copy, 'runs/slow-store-42/record.jsonl'), 'utf8')
  const said = record.split('\n').filter((line) => line.includes('"type":"fault"'))
  expect(said.map((line) => JSON.parse(line).what)).toEqual([
    'injected',
    'confirmed',
    'healed',
    'heal-confirmed',
  ])
})

test.each(files)('without its entry in %s it does not compile', (file) => {
  there.write(file, false)
  try {
    // Of the model's types the entries elsewhere are left over; of any other table the entry itself is missing.
    const found = there.complaints()
    expect(found).toContain('slow-store')
    const others = files.filter((one) => one !== file)
    const places = file === files[0] ? others : [file]
    expect(places.filter((place) => found.includes(place))).toEqual(places)
  } finally {
    there.write(file, true)
  }
})

test('without its description in the model it does not compile either', () => {
  const [file = ''] = files
  const path = join(there.copy, file)
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.replace(recipe[file]?.[1]?.put ?? '', ''))
  try {
    expect(there.complaints()).toMatch(/^harness\/model\/fault\.ts.*slow-store.* is missing/)
  } finally {
    there.write(file, true)
  }
})
