import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Followed, filesNamed, follow, type Recipe } from '../support/recipe.ts'

/** What "Add a system" in CONTRIBUTING.md asks for, beside the system's own folder. */
const recipe: Recipe = {
  'harness/pipeline/catalogue.ts': [
    {
      before: 'import { primaryReplica } from',
      put: "import { islands } from '../systems/islands/system.ts'\n",
    },
    { before: "  'primary-replica': primaryReplica,\n", put: '  islands,\n' },
  ],
}
const files = Object.keys(recipe)
const own = 'harness/systems/islands/system.ts'
const description = ".describe('time between two health probes of the load balancer')"

const system = `import { z } from 'zod'
import { nothingPromised } from '../../model/guarantees.ts'
import { NO_ROW } from '../../model/point.ts'
import { SECOND } from '../../model/units.ts'
import type { System } from '../../ports/system.ts'
import { openStamper } from '../shared/conflict.ts'
import { openRouter } from '../shared/routing.ts'

const knobs = z.strictObject({
  watchUs: z.int().min(1).default(SECOND)${description},
})

/** Every region keeps its own writes, and no other hears of them. */
export const islands: System<z.infer<typeof knobs>> = {
  about: 'regions that tell each other nothing',
  knobs,
  topics: [],
  guarantees: () => nothingPromised,
  route: (users, _rng, { watchUs }) => openRouter(users, { probeEveryUs: watchUs, affinityUs: 0 }),
  async start({ store, region, clock, durable }) {
    const stamper = await openStamper('last-writer-wins', region, clock, durable)
    return {
      async write({ op, id, row }, call) {
        const stamp = await stamper.next()
        await store.upsert([{ id, row, write: op, stamp, deleted: false }], call)
        return { from: [region] }
      },
      async remove({ op, id }, call) {
        const stamp = await stamper.next()
        await store.remove([{ id, row: NO_ROW, write: op, stamp, deleted: true }], call)
        return { from: [region] }
      },
      async search({ query, k }, call) {
        return { hits: await store.search({ query, k, consistency: 'bounded' }, call), from: [region] }
      },
      async fetch({ id }, call) {
        const [point] = await store.fetch([id], 'strong', call)
        return { point: point?.deleted ? undefined : point, from: [region] }
      },
      run: (stop) => stop.whenFired,
    }
  },
}
`
const scenario = `# What do regions have of each other's writes if nobody carries them?
name: apart
regions: [us, eu]
links: { us <-> eu: { latency: 20ms } }
data: { base: 300 }
system: { kind: islands, watch: 500ms, index: flat }
load: [{ in: [us, eu], clients: 5, search: 10/s, upsert: 5/s }]
timeline: { warmup: 2s, run: 8s, settle: 5s }
`
const schema = 'test/unit/scenario/shown/json-schema.test.ts'
const documents = 'test/tidy/documents.test.ts'

let there: Followed

beforeAll(() => {
  there = follow(recipe, { [own]: system, 'apart.yaml': scenario }, [
    'test/unit/scenario',
    'test/tidy',
    'test/support',
    'scenarios',
    'findings',
    'docker',
    'README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
  ])
})
afterAll(() => there.remove())

test('CONTRIBUTING names exactly the files this test changes, in this order', () => {
  expect(filesNamed('Add a system')).toEqual(files)
})

test('with its entry in the catalogue a system compiles, is explained, runs, and is measured', () => {
  expect(there.complaints()).toBe('')
  expect(there.faultline('check', 'apart.yaml').out).toContain('islands')
  there.faultline('run', 'apart.yaml', '--quiet')
  const summary = JSON.parse(readFileSync(join(there.copy, 'runs/apart-42/summary.json'), 'utf8'))
  expect(summary.metrics).toContainEqual(
    expect.objectContaining({ metric: 'availability', value: 1 }),
  )
  expect(summary.findings).toContainEqual(
    expect.objectContaining({ checker: 'regions-equal', promised: false }),
  )
})

test('without its entry in the catalogue, check does not know it', () => {
  there.write(files[0] as string, false)
  try {
    const { code, err } = there.faultline('check', 'apart.yaml')
    expect(err).toContain('islands')
    expect(code).toBe(2)
  } finally {
    there.write(files[0] as string, true)
  }
})

test('without a scenario, a claim and a line in the README, the test of documents names it', () => {
  const named = (test: string) => there.test(documents, test)
  const bare = named('every system')
  expect(bare.out).toMatch(/FAIL.*every system has a scenario and a claim/)
  expect(bare.out).toMatch(/no scenario runs it[\s\S]*islands/)
  expect(bare.out).toMatch(/FAIL.*the README names every system/)

  writeFileSync(join(there.copy, 'scenarios/apart.yaml'), scenario)
  const unclaimed = named('every system has a scenario')
  expect(unclaimed.out).toMatch(/claims\.yaml says nothing of it[\s\S]*islands/)
})

test('a knob that does not say what it does is named', () => {
  writeFileSync(join(there.copy, own), system.replace(description, ''))
  try {
    expect(there.test(schema, 'what each knob does').out).toMatch(/FAIL[\s\S]*islands\.watchUs/)
  } finally {
    writeFileSync(join(there.copy, own), system)
  }
})
