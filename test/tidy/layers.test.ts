import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { circles, graphOf, mayImport, roomOf, sources } from './house.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

const graph = graphOf(root)
const all = [...graph.keys()]
const importsOf = (path: string): readonly string[] => graph.get(path) ?? []

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
  expect(circles(graph)).toEqual([])
})

test('the search for cycles finds one', () => {
  const planted = new Map([
    ['a', ['b']],
    ['b', ['c']],
    ['c', ['b', 'd']],
    ['d', []],
  ])
  expect(circles(planted)).toEqual([['b', 'c']])
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
  // Forked by doctor.
  visit('harness/pipeline/machine/null-server.ts')
  // Started as threads.
  visit('harness/base/exact-search/thread.ts')
  // Entries of the package.
  visit('harness/index.ts')
  visit('harness/vitest.ts')
  // Forked for many runs at once.
  visit('harness/experiments/campaign/worker.ts')
  visit('harness/experiments/prove/worker.ts')
  visit('harness/experiments/claims/worker.ts')
  visit('harness/experiments/capacity/worker.ts')
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
  const loose = sources(root, 'test').filter((path) =>
    /\b(it|test|describe)\.(only|skip|todo)\(/.test(readFileSync(join(root, path), 'utf8')),
  )
  expect(loose).toEqual([])
})
