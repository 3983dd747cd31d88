import { describe, expect, test } from 'vitest'
import { planFrom, planOf as planOfFile, sourceOf } from '../../../harness/pipeline/plan.ts'
import { limitPlaces } from '../../../harness/scenario/limit-places.ts'
import { loadPlan, loadSweep, type Overrides } from '../../../harness/scenario/load.ts'
import { formatProblem } from '../../../harness/scenario/yaml/problem.ts'
import { aScenario, known, repository } from './known.ts'

type Texts = Record<string, string>

/** What a scenario may name, with these files beside it. */
const knowing = (texts: Texts) => ({
  ...known,
  fileBeside: (from: string, name: string) => {
    const file = new URL(name, `file:/${from}`).pathname.slice(1)
    const text = texts[file]
    return text === undefined ? { wrong: `there is no ${file}` } : { file, text }
  },
})

function load(texts: Texts, overrides: Overrides = {}) {
  return loadPlan(texts['child.yaml'] as string, 'child.yaml', knowing(texts), overrides)
}
function planOf(texts: Texts, overrides: Overrides = {}) {
  const loaded = load(texts, overrides)
  if ('problems' in loaded) throw new Error(loaded.problems.map(formatProblem).join('\n'))
  return loaded.plan
}
function saidOf(texts: Texts, overrides: Overrides = {}): string[] {
  const loaded = load(texts, overrides)
  return 'problems' in loaded ? loaded.problems.map(formatProblem) : []
}

const base = aScenario({
  limits: 'limits: [{ metric: search.response, p: 99, max: 40ms }, { metric: recall, mean: 0.95 }]',
})
const child = (...lines: string[]) => ['name: child', 'extends: base.yaml', ...lines, ''].join('\n')
const extending = (...lines: string[]) => ({ 'base.yaml': base, 'child.yaml': child(...lines) })

describe('a scenario that extends another', () => {
  test('is the other with what differs: maps key by key, lists and values replaced', () => {
    const flat = aScenario({
      name: 'name: child',
      timeline: 'timeline: { warmup: 10s, run: 50s, settle: 20s }',
      system: 'system: { kind: active-active-cdc, batch: 7 }',
      limits: 'limits: [{ metric: recall, mean: 0.5 }]',
    })
    const lines = ['timeline: { run: 50s }', 'system: { batch: 7 }']
    const plan = planOf(extending(...lines, 'limits: [{ metric: recall, mean: 0.5 }]'))
    expect(plan).toEqual({ ...planOf({ 'child.yaml': flat }), file: 'child.yaml' })
  })

  test('takes out what it sets to null, and asks its own question', () => {
    const plan = planOf({
      'base.yaml': `# The base?\n${base}seed: 7\n`,
      'child.yaml': `# Mine?\n${child('seed: null', 'limits:')}`,
    })
    expect(plan).toMatchObject({ seed: 42, limits: [], question: 'Mine?', name: 'child' })
  })

  test('may extend one that extends, by a path from the file that says so', () => {
    const plan = planOf({
      'child.yaml': 'name: child\nextends: below/mid.yaml\n',
      'below/mid.yaml': 'name: mid\nextends: ../base.yaml\nseed: 8\n',
      'base.yaml': `${base}seed: 7\n`,
    })
    expect(plan.seed).toBe(8)
  })

  test('may extend one that ships with Faultline, by its name', () => {
    const text = 'name: mine\nextends: steady-state\ntimeline: { run: 70s }\n'
    const { timeline, regions } = planFrom(text, 'mine.yaml')
    const own = planOfFile(`${repository}scenarios/steady-state.yaml`)
    expect(regions).toEqual(own.regions)
    expect(timeline).toEqual({ ...own.timeline, runUs: 70_000_000 })
    expect(() => planFrom(text.replace('steady', 'stedy'), 'mine.yaml')).toThrow(
      'mine.yaml:2:10: there is no file and no shipped scenario "stedy-state". Did you mean "steady-state"?',
    )
  })

  test('sweeps as the other does, and its limits are found in the file that sets them', () => {
    const sweep = 'sweep: { vary: { system.batch: [1, 2] }, show: [{ metric: lost-writes }] }'
    const texts = { 'base.yaml': `${base}${sweep}\n`, 'child.yaml': child() }
    const loaded = loadSweep(texts['child.yaml'], 'child.yaml', knowing(texts), {})
    expect('sweep' in loaded && loaded.sweep.points.map(({ at }) => at)).toEqual([
      { 'system.batch': '1' },
      { 'system.batch': '2' },
    ])
    const source = { file: 'child.yaml', text: texts['child.yaml'] }
    const places = limitPlaces(source, knowing(texts))
    expect(places.get('metric: recall, mean: 0.95')).toMatchObject({ file: 'base.yaml', line: 7 })
  })

  test('an error is said in the file and at the place where the words stand', () => {
    expect(saidOf(extending('timeline: { run: 50, pause: 3s }', 'system: { batch: 0 }'))).toEqual([
      'child.yaml:3:18: 50 has no unit. Write 50s or 50ms.',
      'child.yaml:3:22: unknown key "pause" in timeline. Known keys: warmup, run, settle.',
      'child.yaml:4:18: too small: at least 1 is needed',
    ])
    const broken = { ...extending('seed: 1'), 'base.yaml': base.replace('10/s', '10') }
    expect(saidOf(broken)).toEqual(['base.yaml:5:46: 10 has no unit. Write 10/s.'])
    expect(saidOf({ ...broken, 'base.yaml': 'name: [\n' })[0]).toMatch(/^base.yaml:\d+:\d+: not/)
    expect(saidOf(extending('regions: null'))).toEqual([
      expect.stringMatching(/^child.yaml:1:1: "regions" is missing/),
    ])
  })

  test.each<[string, Texts, string]>([
    [
      'a circle',
      { 'child.yaml': child(), 'base.yaml': 'extends: child.yaml' },
      'base.yaml:1:10: this goes round in a circle: child.yaml:2:10 -> base.yaml:1:10 -> child.yaml. One of them has to stand by itself.',
    ],
    [
      'itself',
      { 'child.yaml': 'name: a\nextends: child.yaml' },
      'child.yaml:2:10: this goes round in a circle: child.yaml:2:10 -> child.yaml. One of them has to stand by itself.',
    ],
    [
      'no name of its own',
      { 'child.yaml': 'extends: base.yaml', 'base.yaml': base },
      'child.yaml:1:1: a scenario that extends another needs a name of its own: runs are kept under it. Write name: my-scenario.',
    ],
    [
      'a file that is not there',
      { 'child.yaml': 'name: a\nextends: ./bsae.yaml' },
      'child.yaml:2:10: "./bsae.yaml" cannot be read: there is no bsae.yaml. The path counts from this file; one that ships with Faultline is named without .yaml.',
    ],
    [
      'a list',
      { 'child.yaml': child(), 'base.yaml': '[1]' },
      'child.yaml:2:10: base.yaml is no scenario: it holds a list',
    ],
    [
      'several',
      { 'child.yaml': 'name: a\nextends: [a.yaml, b.yaml]' },
      'child.yaml:2:10: expected one scenario, found a list. Write extends: ./other.yaml, or extends: partition-heal for one that ships with Faultline.',
    ],
  ])('%s is refused', (_, texts, said) => {
    expect(saidOf(texts)).toContain(said)
  })

  test('nine files in a row are refused, eight are not', () => {
    const row = (count: number): Texts =>
      Object.fromEntries([
        ['child.yaml', 'name: child\nextends: f1.yaml'],
        ...Array.from({ length: count }, (_, i) => [
          `f${i + 1}.yaml`,
          i + 1 === count ? base : `extends: f${i + 2}.yaml`,
        ]),
      ])
    expect(saidOf(row(7))).toEqual([])
    expect(saidOf(row(8))).toEqual([
      expect.stringMatching(/^f7.yaml:1:10: this is the 9th file in a row: child.yaml:2:10 -> f1/),
    ])
  })
})

/** `$` and braces, which a linter takes for a template. */
const of = (name: string) => `$\{${name}}`

describe('a variable', () => {
  const varied = (vars: string, ...lines: string[]) => ({
    'child.yaml': `${aScenario({ load: `load: [{ in: us, search: '${of('rate')}/s' }]` })}${vars}\n${lines.join('\n')}\n`,
  })

  test('stands in a text as text, and keeps its type where it is all of a value', () => {
    const plan = planOf(varied('vars: { rate: 70, batch: 3 }', `seed: ${of('batch')}`))
    expect(plan).toMatchObject({ seed: 3, load: [{ searchPerSec: 70 }] })
  })

  test('is set beside the file, and that goes before what the file says', () => {
    const text = varied('vars: { rate: 70 }')
    expect(planOf(text, { set: { rate: 300 } }).load[0]?.searchPerSec).toBe(300)
    const loaded = load(text, { set: { rate: 300 } })
    expect('written' in loaded && loaded.written.origin).toEqual(['variables: rate = 300 (--set)'])
  })

  test('of a scenario that is extended is given another value below or beside it', () => {
    const texts = {
      'base.yaml': varied('vars: { rate: 70 }')['child.yaml'],
      'child.yaml': child('vars: { rate: 80 }'),
    }
    expect(planOf(texts).load[0]?.searchPerSec).toBe(80)
    expect(planOf(texts, { set: { rate: 90 } }).load[0]?.searchPerSec).toBe(90)
  })

  test('shows its value where a limit is quoted', () => {
    const limits = `limits: [{ metric: lag, p: 90, max: '${of('bound')}', link: us -> eu }]`
    const text = { 'child.yaml': `${aScenario({ limits })}vars: { bound: 2s }\n` }
    expect(planOf(text).limits[0]?.text).toBe('metric: lag, p: 90, max: 2s, link: us -> eu')
  })

  test.each<[string, Texts, Overrides['set'], string[]]>([
    [
      'that nobody knows',
      varied('vars: { rte: 1, x: 2 }', `seed: ${of('x')}`),
      {},
      [
        'child.yaml:5:26: unknown variable "rate". Did you mean "rte"?',
        'child.yaml:7:9: no value names the variable "rte": it would change nothing. Take it out.',
      ],
    ],
    [
      'where there are none',
      varied(''),
      {},
      ['child.yaml:5:26: unknown variable "rate". Write vars: { rate: 200 } with its value.'],
    ],
    [
      'that is not used',
      varied('vars: { rate: 1, cut: 20s }'),
      {},
      ['child.yaml:7:18: no value names the variable "cut": it would change nothing. Take it out.'],
    ],
    [
      'that is set and not there',
      varied('vars: { rate: 1 }'),
      { rat: 2 },
      [
        'child.yaml:7:7: --set rat: there is no variable "rat" in this scenario. Did you mean "rate"?',
      ],
    ],
    [
      'that names another',
      varied(`vars: { rate: '${of('x')}' }`),
      {},
      [
        `child.yaml:7:15: the value of a variable is plain, this names another: "${of('x')}". Write rate: 200, or rate: 20s.`,
      ],
    ],
    [
      'with a map behind it',
      varied('vars: { rate: { a: 1 } }'),
      {},
      [
        'child.yaml:7:15: expected a number, a text, true or false, found a map of keys. Write rate: 200, or rate: 20s.',
      ],
    ],
    [
      'in a key',
      varied('vars: { rate: 1 }', `links2: { '${of('rate')}': 1 }`),
      {},
      [
        `child.yaml:8:11: a variable stands in a value, and "${of('rate')}" is a key. Write the key itself.`,
      ],
    ],
    [
      'of an expression',
      varied('vars: { rate: 1 }', `seed: ${of('rate + 1')}`),
      {},
      [
        `child.yaml:8:7: "${of('rate + 1')}" names no variable. Write ${of('name')}: between the braces is a name, there are no expressions.`,
      ],
    ],
    [
      'in braces without quotes',
      { 'child.yaml': `name: a\nload: [{ in: us, search: ${of('rate')}/s }]\nvars: { rate: 1 }\n` },
      {},
      [expect.stringContaining(`a variable has to be in quotes: '${of('rate')}/s'.`) as never],
    ],
  ])('%s is refused', (_, texts, set, said) => {
    for (const one of said) expect(saidOf(texts, set ? { set } : {})).toContainEqual(one)
  })
})

test('a run keeps one text of the scenario, which comes to the same plan', () => {
  const file = `${repository}scenarios/slow-link-wide-enough.yaml`
  const plan = planOfFile(file, { set: { cap: '600kbit/s' } })
  const { text = '', origin } = sourceOf(plan)
  expect(origin?.at(-1)).toBe('variables: cap = 600kbit/s (--set)')
  expect(text).toContain('# variables: cap = 600kbit/s (--set)\n')
  expect(text).not.toMatch(/^(extends|vars):/m)
  expect(planFrom(text, file)).toEqual(plan)
  const own = planOfFile(`${repository}scenarios/steady-state.yaml`)
  expect(sourceOf(own)).toMatchObject({
    origin: [],
    text: expect.stringMatching(/^# With nothing/),
  })
})
