import { parse, stringify } from 'yaml'
import type { Rng } from '../../harness/base/rng.ts'
import { calledHere } from '../../harness/scenario/yaml/field-words.ts'

/** A text that is not what somebody wrote, and what was done to it. */
export type Mutant = { text: string; how: string }

type Path = (string | number)[]
type Maker = (text: string, rng: Rng) => Mutant

const oneOf = <T>(rng: Rng, all: readonly T[]): T =>
  all[Math.floor(rng.uniform() * all.length)] as T

/** Values of every kind that somebody, or a program that writes scenarios, might put anywhere. */
const odd: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    '',
    ' ',
    'abc',
    'on',
    'off',
    'none',
    '-',
    '~',
    'null',
    '__proto__',
    'constructor',
  ],
  ...[
    0,
    1,
    -1,
    0.5,
    25,
    99.9,
    1e3,
    1e9,
    1e21,
    -1e21,
    2 ** 53,
    1e-9,
    3.7,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ],
  ...[
    '0',
    '10',
    '1e3',
    '25',
    '25%',
    '250%',
    '-5%',
    '10s',
    '0s',
    '-10s',
    '2m30s',
    '1h',
    '999999d',
    '30s2m',
    '30 seconds',
    '5us',
  ],
  ...[
    '50/s',
    '0/s',
    '1e9/s',
    '999999999/s',
    '50rps',
    '100Mbps',
    '1Gbit',
    '1bit/s',
    '64KiB',
    '-3ppm',
  ],
  ...[
    'us-east',
    'us-east <-> eu-west',
    'us-east<->eu-west',
    'eu-west -> us-east',
    '-> eu-west',
    'a <-> a',
    'x => y',
  ],
  ...[
    [],
    {},
    [[]],
    [{}],
    { a: 1 },
    [1, 2],
    ['a', 'a'],
    { '': 1 },
    { zipf: 1.3 },
    { hnsw: { ef: 5 } },
  ],
  ...[
    'recall',
    'lost-writes',
    'flat',
    'hnsw',
    'fault:partition',
    'baseline',
    'gossip-quorum',
    'containers',
  ],
  '\u0000',
  '\uFEFF',
  'é',
  '💥',
  'a\nb',
  'x'.repeat(5_000),
]
const words = [
  ...Object.keys(calledHere),
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  '0',
  '<<',
  'length',
]

/** Every path in plain data, the top itself left out. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const keys: (string | number)[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value)
  const inner = keys.flatMap((key) => pathsOf((value as never)[key], [...path, key]))
  return path.length === 0 ? inner : [path, ...inner]
}
const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((held, key) => (held as Record<string | number, unknown>)[key], value)

const shown = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 80)

/** Mutates the data and writes it out again. */
const ofData =
  (change: (data: unknown, path: Path, rng: Rng) => string): Maker =>
  (text, rng) => {
    const data: unknown = parse(text)
    const paths = pathsOf(data)
    const path = oneOf(rng, paths)
    const how = change(data, path, rng)
    return { text: stringify(data, { lineWidth: 0 }), how: `${path.join('.')}: ${how}` }
  }

function put(data: unknown, path: Path, value: unknown): void {
  const holder = at(data, path.slice(0, -1)) as Record<string | number, unknown>
  holder[path.at(-1) as string] = value
}

function take(data: unknown, path: Path): unknown {
  const holder = at(data, path.slice(0, -1)) as Record<string | number, unknown>
  const key = path.at(-1) as string | number
  const value = holder[key]
  if (Array.isArray(holder)) holder.splice(Number(key), 1)
  else delete holder[key]
  return value
}

function misspelt(word: string, rng: Rng): string {
  const i = Math.floor(rng.uniform() * word.length)
  const swapped =
    word.slice(0, i) + word.slice(i + 1, i + 2) + word.slice(i, i + 1) + word.slice(i + 2)
  return oneOf(rng, [
    word.slice(0, i) + word.slice(i + 1),
    swapped,
    `${word}s`,
    word.toUpperCase(),
    `${word}_`,
  ])
}

function rename(data: unknown, path: Path, rng: Rng): string {
  const key = path.at(-1) as string | number
  const to = rng.uniform() < 0.5 ? misspelt(String(key), rng) : oneOf(rng, words)
  const value = take(data, path)
  const holder = at(data, path.slice(0, -1)) as Record<string, unknown>
  if (Array.isArray(holder)) holder.push({ [to]: value })
  else
    Object.defineProperty(holder, to, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    })
  return `called ${shown(to)}`
}

const makers: readonly Maker[] = [
  ofData(rename),
  ofData(rename),
  ofData((data, path, rng) => {
    const was = at(data, path)
    const value = oneOf(rng, odd)
    put(data, path, value)
    return `${shown(was)} -> ${shown(value)}`
  }),
  ofData((data, path, rng) => {
    const was = at(data, path)
    const value = oneOf(rng, odd)
    put(data, path, value)
    return `${shown(was)} -> ${shown(value)}`
  }),
  ofData((data, path) => `deleted ${shown(take(data, path))}`),
  ofData((data, path, rng) => {
    const other = oneOf(rng, pathsOf(data))
    const value = structuredClone(at(data, other))
    put(data, path, value)
    return `taken from ${other.join('.')}: ${shown(value)}`
  }),
  ofData((data, path, rng) => {
    const value = at(data, path)
    const isNumber = typeof value === 'number'
    const other = isNumber
      ? value * oneOf(rng, [-1, 0, 10, 1e6, 0.1])
      : [value, structuredClone(value)]
    put(data, path, other)
    return `${shown(value)} -> ${shown(other)}`
  }),
  ofData((data, path, rng) => {
    let value = at(data, path)
    const depth = oneOf(rng, [1, 2, 5, 40, 100])
    for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value }
    put(data, path, value)
    return `${depth} levels deeper`
  }),
  ofData((data, path, rng) => {
    const list = path.findLastIndex((key) => typeof key === 'number')
    const holder = list < 0 ? undefined : (at(data, path.slice(0, list)) as unknown[])
    const key = oneOf(rng, words)
    if (holder) holder.push(structuredClone(at(data, path.slice(0, list + 1))))
    else (data as Record<string, unknown>)[key] = 1
    return holder ? 'the entry appears twice' : `beside it ${key}`
  }),
]

const bits = [
  '\t',
  '&',
  '*',
  '!',
  '{',
  '[',
  ']',
  '}',
  '"',
  "'",
  '%',
  '@',
  '|',
  '>',
  '- ',
  ': ',
  '# ',
  '\u0000',
  '\uFEFF',
  '\u2028',
  'é',
  '💥',
  '\r',
  '---\n',
  '...\n',
  '!!binary ',
  '!!set ',
  '!!omap ',
  '!x ',
  '&a ',
  '*a ',
  '<<: ',
  '? ',
  '!!int ',
  '!!str ',
  '%YAML 1.1\n',
]

const ofText: readonly Maker[] = [
  (text, rng) => {
    const i = Math.floor(rng.uniform() * text.length)
    const bit = oneOf(rng, bits)
    return { text: text.slice(0, i) + bit + text.slice(i), how: `${shown(bit)} at ${i}` }
  },
  (text, rng) => {
    const spots = [...text.matchAll(/: (?=\S)/g)].map(({ index }) => index + 2)
    const i = oneOf(rng, spots)
    const bit = oneOf(rng, bits)
    return {
      text: text.slice(0, i) + bit + text.slice(i),
      how: `${shown(bit)} before a value at ${i}`,
    }
  },
  (text, rng) => {
    const lines = text.split('\n')
    const i = Math.floor(rng.uniform() * lines.length)
    const j = Math.floor(rng.uniform() * lines.length)
    const [line = ''] = lines.splice(i, 1)
    if (rng.uniform() < 0.7) lines.splice(j, 0, line, ...(rng.uniform() < 0.5 ? [line] : []))
    return { text: lines.join('\n'), how: `line ${i + 1} moved, doubled or gone: ${shown(line)}` }
  },
  (text, rng) => {
    const i = Math.floor(rng.uniform() * text.length)
    const j = i + Math.floor(rng.uniform() * 40)
    return { text: text.slice(0, i) + text.slice(j), how: `gone: ${shown(text.slice(i, j))}` }
  },
  (text, rng) => {
    const lines = text.split('\n')
    const i = Math.floor(rng.uniform() * lines.length)
    lines[i] = oneOf(rng, [' ', '  ', '\t', '- ']) + (lines[i] ?? '')
    return { text: lines.join('\n'), how: `line ${i + 1} indented` }
  },
]

/** One mutant of a scenario: three of four by their data, the rest by their letters; sometimes twice. */
export function mutantOf(text: string, rng: Rng): Mutant {
  const once = (of: string): Mutant =>
    rng.uniform() < 0.75 ? oneOf(rng, makers)(of, rng) : oneOf(rng, ofText)(of, rng)
  const first = once(text)
  if (rng.uniform() < 0.8) return first
  try {
    const second = once(first.text)
    return { text: second.text, how: `${first.how}; ${second.how}` }
  } catch {
    // What the first made of it need not be YAML any more.
    return first
  }
}
