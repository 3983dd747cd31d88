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

/** `harness/worlds/sim/link.ts` -> `worlds`; a file straight in harness/ -> `main`. */
function layerOf(path: string): string {
  const [top, folder, ...rest] = path.split('/')
  if (top !== 'harness') return top as string
  return rest.length === 0 ? 'main' : (folder as string)
}

/** What each layer may import, besides itself. */
const mayImport: Record<string, string[]> = {
  base: [],
  model: ['base'],
  ports: ['base', 'model'],
  scenario: ['base', 'model'],
  workload: ['base', 'model'],
  images: ['base', 'model'],
  systems: ['base', 'model', 'ports'],
  worlds: ['base', 'model', 'ports', 'images'],
  record: ['base', 'model'],
  run: ['base', 'model', 'ports', 'systems', 'worlds', 'scenario', 'workload', 'record'],
  analysis: ['base', 'model', 'record'],
  reports: ['base', 'model', 'record', 'analysis'],
}

const all = [...sources('harness'), ...sources('reports')]

test('imports run one way', () => {
  const wrong = all.flatMap((path) => {
    const layer = layerOf(path)
    const allowed = mayImport[layer]
    if (layer === 'main' || !allowed) return []
    return importsOf(path)
      .filter((target) => layerOf(target) !== layer && !allowed.includes(layerOf(target)))
      .map((target) => `${path} -> ${target}`)
  })
  expect(wrong).toEqual([])
})

test('no system imports another, and the parts know no system', () => {
  const wrong = all
    .filter((path) => path.startsWith('harness/systems/'))
    .flatMap((path) =>
      importsOf(path)
        .filter((target) => /^harness\/systems\/[^/]+\.ts$/.test(target))
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
  visit('harness/cli.ts')
  // Forked for every region of a run on real servers.
  visit('harness/agent.ts')
  // Forked for many runs at once.
  visit('harness/campaign/worker.ts')
  visit('harness/prove/worker.ts')
  visit('harness/claims/worker.ts')
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
