import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What "Add a fault" in CONTRIBUTING.md asks for: in each of its files, what is put before which line. */
const recipe: Record<string, { before: string; put: string }[]> = {
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

let copy = ''

/** A file of the copy as the recipe has it, or as it was. */
function write(file: string, follow: boolean): void {
  let text = readFileSync(join(root, file), 'utf8')
  for (const { before, put } of follow ? (recipe[file] ?? []) : []) {
    expect(text.split(before), `${file}: ${before}`).toHaveLength(2)
    text = text.replace(before, () => put + before)
  }
  writeFileSync(join(copy, file), text)
}

/** What the compiler finds in the copy. */
function complaints(): string {
  const tsc = join(copy, 'node_modules/.bin/tsc')
  const options = ['--noEmit', '--incremental', '--tsBuildInfoFile', '.types']
  const { status, stdout } = spawnSync(tsc, options, { cwd: copy, encoding: 'utf8' })
  return status === 0 ? '' : stdout
}

function faultline(...args: string[]): string {
  const command = [join(copy, 'harness/faultline.mjs'), ...args]
  return execFileSync(process.execPath, command, { cwd: copy, encoding: 'utf8' })
}

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'faultline-recipe-'))
  for (const part of ['harness', 'reports', 'fixtures', 'package.json', 'tsconfig.json'])
    cpSync(join(root, part), join(copy, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  writeFileSync(join(copy, 'slow-store.yaml'), scenario)
  for (const file of files) write(file, true)
})

afterAll(() => rmSync(copy, { recursive: true, force: true }))

test('CONTRIBUTING names exactly the files this test changes, in this order', () => {
  const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
  const section = /^## Add a fault$(.*?)(?=^## |$(?![\s\S]))/ms.exec(text)?.[1] ?? ''
  const named = [...section.matchAll(/`(harness\/[^`]+\.ts)`/g)].map((match) => match[1])
  expect(named).toEqual(files)
})

test('with an entry in each of its files a fault compiles, is explained, injected and confirmed', () => {
  expect(complaints()).toBe('')
  expect(faultline('check', 'slow-store.yaml')).toMatch(/slow-store\s.*us, factor 20/)
  expect(faultline('run', 'slow-store.yaml')).toContain('PASS')
  const record = readFileSync(join(copy, 'runs/slow-store-42/record.jsonl'), 'utf8')
  const said = record.split('\n').filter((line) => line.includes('"type":"fault"'))
  expect(said.map((line) => JSON.parse(line).what)).toEqual([
    'injected',
    'confirmed',
    'healed',
    'heal-confirmed',
  ])
})

test.each(files)('without its entry in %s it does not compile', (file) => {
  write(file, false)
  try {
    // Of the model's types the entries elsewhere are left over; of any other table the entry itself is missing.
    const found = complaints()
    expect(found).toContain('slow-store')
    const others = files.filter((one) => one !== file)
    const places = file === files[0] ? others : [file]
    expect(places.filter((place) => found.includes(place))).toEqual(places)
  } finally {
    write(file, true)
  }
})

test('without its description in the model it does not compile either', () => {
  const [file = ''] = files
  const path = join(copy, file)
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.replace(recipe[file]?.[1]?.put ?? '', ''))
  try {
    expect(complaints()).toMatch(/^harness\/model\/fault\.ts.*slow-store.* is missing/)
  } finally {
    write(file, true)
  }
})
