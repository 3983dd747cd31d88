import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { Rng } from '../../harness/base/rng.ts'
import type { Plan } from '../../harness/model/plan.ts'
import { known as catalogue } from '../../harness/pipeline/catalogue.ts'
import { loadPlan } from '../../harness/scenario/load.ts'
import { formatProblem } from '../../harness/scenario/yaml/problem.ts'

/** As many in `npm test`; FAULTLINE_EXTENSIONS=2000 checks more. */
const count = Number(process.env['FAULTLINE_EXTENSIONS'] ?? 40)
const folder = fileURLToPath(new URL('../../scenarios/', import.meta.url))
const known = catalogue()
const names = readdirSync(folder).filter((name) => name.endsWith('.yaml') && name !== 'claims.yaml')

type Keys = Record<string, unknown>
const isKeys = (value: unknown): value is Keys =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The document with some of its values named by variables, which stand under `vars:`. */
function withVariables(doc: Keys, rng: Rng): Keys {
  const vars: Keys = {}
  const naming = (value: string | number | boolean): string => {
    const name = `v${Object.keys(vars).length}`
    vars[name] = value
    return `$\{${name}}`
  }
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk)
    if (isKeys(value))
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, walk(one)]))
    if (value === null || rng.uniform() > 0.2) return value
    const [, digits = '', rest = ''] = /^([1-9]\d*)(.+)$/.exec(String(value)) ?? []
    if (typeof value === 'string' && digits !== '' && rng.uniform() < 0.5)
      return `${naming(Number(digits))}${rest}`
    return naming(value as string | number | boolean)
  }
  const named = walk(doc) as Keys
  return Object.keys(vars).length === 0 ? named : { ...named, vars }
}

/** Two documents of which the second, laid over the first, is the whole. */
function split(whole: Keys, rng: Rng): { below: Keys; above: Keys } {
  const below: Keys = {}
  const above: Keys = {}
  for (const [key, value] of Object.entries(whole)) {
    const chance = rng.uniform()
    if (isKeys(value) && chance < 0.5) {
      const parts = split(value, rng)
      below[key] = parts.below
      if (Object.keys(parts.above).length > 0) above[key] = parts.above
    } else if (value === null || chance < 0.7) below[key] = value
    else {
      above[key] = value
      if (chance < 0.85) below[key] = isKeys(value) ? 'other' : [{ other: true }]
    }
  }
  if (rng.uniform() < 0.3) {
    below['gone'] = { other: 1 }
    above['gone'] = null
  }
  return { below, above }
}

function planOf(text: string, base: string): Plan {
  const knowing = {
    ...known,
    fileBeside: (file: string, name: string) =>
      name === 'base.yaml'
        ? { file: `${folder}base.yaml`, text: base }
        : known.fileBeside(file, name),
  }
  const loaded = loadPlan(text, `${folder}x.yaml`, knowing, {})
  if ('plan' in loaded) return loaded.plan
  throw new Error(`${loaded.problems.map(formatProblem).join('\n')}\n${text}\n---\n${base}`)
}

/** Without the words it was written in. */
const wordless = (plan: Plan) =>
  JSON.parse(
    JSON.stringify({ ...plan, overlay: [] }, (key, value) => (key === 'text' ? '' : value)),
  )

test(`a scenario taken apart into two files and variables is the plan it was, ${count} times`, () => {
  const rng = new Rng(12)
  let named = 0
  let laid = 0
  for (let i = 0; i < count; i++) {
    const name = names[rng.int(names.length)] as string
    const whole = parse(readFileSync(`${folder}${name}`, 'utf8'), { merge: true }) as Keys
    const { extends: _, 'runs-in': worlds, vars, ...doc } = whole
    // What runs on real servers alone, or is put together already, is another test's.
    if (_ !== undefined || worlds !== undefined || vars !== undefined) continue
    const { name: own, ...rest } = doc
    const varied = withVariables(rest, rng)
    const { below, above } = split(varied, rng)
    const text = stringify({ name: own, extends: 'base.yaml', ...above })
    expect(wordless(planOf(text, stringify(below))), name).toEqual(
      wordless(planOf(stringify(doc), '')),
    )
    named += Object.keys((varied['vars'] as Keys | undefined) ?? {}).length
    laid += Object.keys(above).length
  }
  expect(named).toBeGreaterThan(count * 3)
  expect(laid).toBeGreaterThan(count)
})
