import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Every TypeScript file below a folder, as a path from the root. */
function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    // The test of the lint rules plants a folder while it runs.
    if (entry.name.startsWith('planted-')) return []
    if (entry.isDirectory()) return sources(path)
    return entry.name.endsWith('.ts') ? [path] : []
  })
}

function importsOf(path: string): string[] {
  const text = readFileSync(join(root, path), 'utf8')
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)]
  return found.map((match) =>
    relative(root, resolve(root, dirname(path), match[1] as string)).replaceAll('\\', '/'),
  )
}

/** The room of a path: `harness/worlds/sim/link.ts` -> `worlds`, `reports/page.ts` -> `reports`; a file straight in harness/ is its own. */
function roomOf(path: string): string {
  const [top, room] = path.split('/')
  return (top === 'harness' ? room : top) as string
}

/** The house from the ground up: a room may import from those it names, and from itself. */
const mayImport: Record<string, string[]> = {
  base: [],
  model: ['base'],
  ports: ['base', 'model'],
  record: ['base', 'model'],
  workload: ['base', 'model'],
  text: ['base', 'model', 'analysis'],
  limits: ['base', 'model', 'scenario'],
  scenario: ['base', 'model', 'text', 'limits'],
  systems: ['base', 'model', 'ports'],
  worlds: ['base', 'model', 'ports'],
  run: ['base', 'model', 'ports', 'workload'],
  analysis: ['base', 'model', 'text', 'record'],
  reports: ['base', 'model'],
}
const below = Object.keys(mayImport)
mayImport['pipeline'] = [...below, 'cli']
mayImport['experiments'] = [...below, 'pipeline', 'cli']
mayImport['cli'] = [...below, 'pipeline', 'experiments']

const all = [...sources('harness'), ...sources('reports')]

test('imports run one way', () => {
  const wrong = all.flatMap((path) => {
    const room = roomOf(path)
    const allowed = [room, ...(mayImport[room] ?? [])]
    return importsOf(path)
      .filter((target) => !allowed.includes(roomOf(target)))
      .map((target) => `${path} -> ${target}`)
  })
  expect(wrong).toEqual([])
})

test('every file is in a room of the house', () => {
  expect(all.filter((path) => !(roomOf(path) in mayImport))).toEqual([])
})

test('no system imports another, and what they share knows no system', () => {
  const systemOf = (path: string) => /^harness\/systems\/([^/]+)\//.exec(path)?.[1]
  const wrong = all
    .filter((path) => systemOf(path) !== undefined)
    .flatMap((path) =>
      importsOf(path)
        .filter((target) => ![undefined, 'shared', systemOf(path)].includes(systemOf(target)))
        .map((target) => `${path} -> ${target}`),
    )
  expect(wrong).toEqual([])
})

test('no world is named in a system', () => {
  const wrong = all.filter(
    (path) =>
      path.startsWith('harness/systems/') &&
      /\b(simulat\w*|sim|containers|attached)\b/i.test(readFileSync(join(root, path), 'utf8')),
  )
  expect(wrong).toEqual([])
})

test('no import cycle, types included', () => {
  const state = new Map<string, 'open' | 'done'>()
  const cycles: string[] = []
  const visit = (path: string, trail: string[]) => {
    if (state.get(path) === 'done') return
    if (state.get(path) === 'open') {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '))
      return
    }
    state.set(path, 'open')
    for (const target of importsOf(path)) if (all.includes(target)) visit(target, [...trail, path])
    state.set(path, 'done')
  }
  for (const path of all) visit(path, [])
  expect(cycles).toEqual([])
})

test('every file is small enough to be one noun', () => {
  const long = all
    .map((path) => [path, readFileSync(join(root, path), 'utf8').split('\n').length - 1] as const)
    .filter(([, lines]) => lines > 250)
    .map(([path, lines]) => `${path}: ${lines} lines`)
  expect(long).toEqual([])
})

test('there are no drawers', () => {
  const drawers = all.filter((path) =>
    /(^|\/)(utils?|helpers?|common|misc|types|constants)(\.ts$|\/)/.test(path),
  )
  expect(drawers).toEqual([])
})

test('every product file is reached from the command line', () => {
  const reached = new Set<string>()
  const visit = (path: string) => {
    if (reached.has(path) || !all.includes(path)) return
    reached.add(path)
    for (const target of importsOf(path)) visit(target)
  }
  visit('harness/cli/cli.ts')
  // Forked for every region of a run on real servers.
  visit('harness/pipeline/agent.ts')
  // Forked for many runs at once.
  visit('harness/experiments/campaign/worker.ts')
  visit('harness/experiments/prove/worker.ts')
  visit('harness/experiments/claims/worker.ts')
  expect(all.filter((path) => !reached.has(path))).toEqual([])
})

test('the top level holds what it should and nothing else', () => {
  const allowed = new Set([
    ...['scenarios', 'harness', 'reports', 'fixtures', 'docker', 'findings', 'test'],
    ...['node_modules', 'runs'],
    ...['package.json', 'package-lock.json', 'tsconfig.json', 'biome.json', 'vitest.config.ts'],
    ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE', 'NOTICE'],
  ])
  const odd = readdirSync(root).filter((name) => !name.startsWith('.') && !allowed.has(name))
  expect(odd).toEqual([])
})

test('the lock file carries no download address', () => {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')
  expect(lock).not.toMatch(/"resolved": *"https?:/)
})

test('no test is switched off or alone', () => {
  const loose = sources('test').filter(
    (path) =>
      statSync(join(root, path)).isFile() &&
      /\b(it|test|describe)\.(only|skip|todo)\(/.test(readFileSync(join(root, path), 'utf8')),
  )
  expect(loose).toEqual([])
})
