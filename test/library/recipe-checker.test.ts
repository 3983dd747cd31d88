import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Followed, filesNamed, follow, type Recipe } from '../support/recipe.ts'

/** What "Add a checker" in CONTRIBUTING.md asks for, beside a file for the checker itself. */
const recipe: Recipe = {
  'harness/model/checker.ts': [{ before: "  'lost-writes',\n", put: "  'all-answered',\n" }],
  'harness/analysis/checkers/checkers.ts': [
    {
      before: "import { amplification } from './amplification.ts'\n",
      put: "import { allAnswered } from './all-answered.ts'\n",
    },
    { before: "  'lost-writes': content(", put: "  'all-answered': content(allAnswered),\n" },
  ],
}
const files = Object.keys(recipe)

const checker = `import { type Checker, conclude } from './finding.ts'

/** Every operation has an answer, good or bad. */
export const allAnswered: Checker = ({ history }) => {
  const open = history.ops.filter(({ outcome }) => outcome !== 'ok' && outcome !== 'fail')
  return conclude({
    checker: 'all-answered',
    about: 'correctness',
    promised: true,
    evidence: history.ops.length,
    violations: open.length,
    witnesses: [],
    held: 'Every operation was answered.',
    broken: 'Some operations were not answered.',
    unseen: 'Nothing was asked.',
  })
}
`
const scenario = `# Is everything answered?
name: answered
regions: [us, eu]
links: { us <-> eu: { latency: 20ms } }
data: { base: 300 }
system: { kind: active-active-cdc }
load: [{ in: [us, eu], clients: 5, search: 10/s, upsert: 5/s }]
timeline: { warmup: 2s, run: 8s, settle: 5s }
expect: { verdict: pass, quiet: [all-answered] }
`

let there: Followed

beforeAll(() => {
  there = follow(recipe, {
    'harness/analysis/checkers/all-answered.ts': checker,
    'answered.yaml': scenario,
  })
})
afterAll(() => there.remove())

test('CONTRIBUTING names exactly the files this test changes, in this order', () => {
  expect(filesNamed('Add a checker')).toEqual(files)
})

test('with its name and its entry a checker compiles, is known to scenarios, and finds', () => {
  expect(there.complaints()).toBe('')
  expect(there.faultline('run', 'answered.yaml', '--expect').code).toBe(0)
  const summary = readFileSync(join(there.copy, 'runs/answered-42/summary.json'), 'utf8')
  expect(JSON.parse(summary).findings).toContainEqual(
    expect.objectContaining({
      ...{ checker: 'all-answered', verdict: 'pass' },
      because: 'Every operation was answered.',
    }),
  )
})

test('without a planted bug that it must catch, prove fails and says so', () => {
  const { code, out } = there.faultline(
    'prove',
    'answered.yaml',
    '--only',
    '50th version',
    '--quiet',
  )
  expect(out).toContain('all-answered has no planted bug that it must catch')
  expect(code).toBe(6)
})

test.each(files)('without its entry in %s it does not compile', (file) => {
  there.write(file, false)
  try {
    expect(there.complaints()).toMatch(
      /^harness\/analysis\/checkers\/checkers\.ts.*'"?all-answered"?'/m,
    )
  } finally {
    there.write(file, true)
  }
})
