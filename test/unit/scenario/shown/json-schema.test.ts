import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { z } from 'zod'
import { known } from '../../../../harness/pipeline/catalogue.ts'
import { scenarioJsonSchema } from '../../../../harness/scenario/shown/json-schema.ts'

type Schema = { [keyword: string]: unknown }
type Validate = ((value: unknown) => boolean) & { errors?: object[] | null }

// ajv is CommonJS, and names the dialect by its file.
const { Ajv2020 } = createRequire(import.meta.url)('ajv/dist/2020') as {
  Ajv2020: new (options: object) => { compile(schema: object): Validate }
}

const schema = JSON.parse(JSON.stringify(scenarioJsonSchema(known()))) as Schema
// A union of texts and numbers is what people write; defaults are for editors, not to be filled in.
const validate = new Ajv2020({ strict: true, allowUnionTypes: true, strictTypes: false }).compile(
  schema,
)

/** Every property below a schema: where it stands, and its schema. */
function propertiesOf(schema: Schema, place: string): [string, Schema][] {
  const { properties = {}, items, additionalProperties, anyOf = [], oneOf = [] } = schema
  const below = Object.entries(properties as Record<string, Schema>).flatMap(
    ([key, one]): [string, Schema][] => [
      [`${place}.${key}`, one],
      ...propertiesOf(one, `${place}.${key}`),
    ],
  )
  const inner = [items, additionalProperties, ...(anyOf as Schema[]), ...(oneOf as Schema[])]
  const further = inner
    .filter((one): one is Schema => typeof one === 'object' && one !== null)
    .flatMap((one) => propertiesOf(one, place))
  return [...below, ...further]
}

const properties = propertiesOf(schema, '')

describe('the printed schema', () => {
  test('says of every property, of every knob and every fault too, what it does', () => {
    expect(properties.length).toBeGreaterThan(600)
    const silent = properties
      .filter(([, { description }]) => typeof description !== 'string' || description.length < 8)
      .map(([place]) => place)
    expect(silent).toEqual([])
  })

  test('says what each knob does in words of its system, not only its range and default', () => {
    const silent = Object.entries(known().systems).flatMap(([kind, { knobs }]) =>
      Object.entries((knobs as z.ZodObject).shape)
        .filter(([, knob]) => ((knob as z.ZodType).description ?? '').length < 8)
        .map(([name]) => `${kind}.${name}`),
    )
    expect(silent).toEqual([])
  })

  test('says the range of every number that has one, and the default of what may be left out', () => {
    const of = (place: string) =>
      properties.find(([one]) => one === place)?.[1]['description'] as string
    expect(of('.system.index.hnsw.m')).toBe('links of each node of the graph; 2 to 128; default 16')
    expect(of('.timeline.run')).toMatch(/; a duration above 0 such as .*; default 60s$/)
    expect(of('.system.splitAt')).toMatch(/; 0 to 1; default 0\.8$/)
    expect(of('.faults.broker-loss')).toContain('`count` of the 3 brokers')
    expect(of('.faults.count')).toBe('how many of the 3 brokers die; 1 to 2; default 1')
    const bounded = properties.filter(
      ([, one]) => one['minimum'] !== undefined && (one['minimum'] as number) > 0,
    )
    for (const [place, { description }] of bounded)
      expect(description, place).toMatch(/\d+ or more|\d+ to \d+/)
  })
})

const folder = fileURLToPath(new URL('../../../../scenarios', import.meta.url))
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml') && name !== 'claims.yaml')

describe('scenarios against the printed schema', () => {
  test(`all ${files.length} of the library are valid`, () => {
    expect(files.length).toBeGreaterThan(100)
    const refused = files.filter(
      (name) => !validate(parse(readFileSync(`${folder}/${name}`, 'utf8'), { merge: true })),
    )
    expect(refused).toEqual([])
  })

  const whole = {
    name: 'test',
    regions: ['us', 'eu'],
    links: { 'us <-> eu': { latency: '40ms' } },
    system: { kind: 'active-active-cdc' },
    load: [{ in: 'us', search: '60/s' }],
  }
  const fault = { partition: 'us <-> eu', at: '1s', for: '5s' }

  test('what is right is valid', () => {
    expect(validate({ ...whole, faults: [fault], timeline: { run: '2m30s', warmup: 0 } })).toBe(
      true,
    )
  })

  test('a variable may stand for any value, and one that extends another need say little', () => {
    const named = '$' + '{cap}'
    const vars = { vars: { cap: 20 } }
    expect(
      validate({ ...whole, ...vars, load: [{ in: 'us', search: `${named}/s`, k: named }] }),
    ).toBe(true)
    expect(validate({ name: 'a', extends: 'b.yaml', system: { batch: 5 }, limits: null })).toBe(
      true,
    )
    expect(validate({ ...whole, system: { index: 'flat' } })).toBe(false)
    expect(validate({ name: 'a', extends: 'b.yaml', lode: [] })).toBe(false)
    expect(validate({ ...whole, vars: { cap: [1] } })).toBe(false)
  })

  test.each<[string, object]>([
    ['a rate without its unit', { load: [{ in: 'us', search: 60 }] }],
    ['a rate in another unit', { load: [{ in: 'us', search: '60/d' }] }],
    ['a duration in words', { timeline: { run: 'one minute' } }],
    ['a duration without its unit', { timeline: { run: 30 } }],
    ['a share above one', { load: [{ in: 'us', upsert: '5/s', fetchOwn: 20 }] }],
    ['a size in bits', { mirror: { window: '64Kbit' } }],
    ['a bandwidth in bytes', { links: { 'us <-> eu': { latency: '40ms', bandwidth: '10MB/s' } } }],
    ['a drift in seconds', { faults: [{ 'clock-skew': 'us', drift: '2s', at: '1s', for: '5s' }] }],
    ['a partition of one direction', { faults: [{ ...fault, partition: 'us -> eu' }] }],
    ['a fault without a length', { faults: [{ partition: 'us <-> eu', at: '1s' }] }],
    ['a fault nobody knows', { faults: [{ quake: 'us', at: '1s', for: '5s' }] }],
    ['a knob of another system', { system: { kind: 'active-active-cdc', shards: 3 } }],
    ['a knob that is off and cannot be', { system: { kind: 'wal-sharded', batch: 'off' } }],
    ['a metric nobody knows', { limits: [{ metric: 'search.respnse', p: 99, max: '40ms' }] }],
    ['a limit in no unit', { limits: [{ metric: 'search.response', p: 99, max: '40 apples' }] }],
    ['a figure of a profile in words', { profile: { override: { 'store.tick': 'short' } } }],
  ])('%s is not', (_, part) => {
    expect(validate({ ...whole, ...part })).toBe(false)
  })
})
