/**
 * The house as its imports show it: `npx tsx test/tidy/house.ts [ROOT]` prints rooms, floors, arrows between rooms, those
 * that run up, circles, and files with one importer. The tests of the layers stand on the same graph.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The house from the ground up: a room may import from those it names, and from itself. */
export const mayImport: Record<string, string[]> = {
  base: [],
  model: ['base'],
  ports: ['base', 'model'],
  record: ['base', 'model'],
  workload: ['base', 'model'],
  text: ['base', 'model'],
  limits: ['base', 'model'],
  scenario: ['base', 'model', 'text', 'limits'],
  systems: ['base', 'model', 'ports'],
  worlds: ['base', 'model', 'ports'],
  run: ['base', 'model', 'ports', 'workload'],
  analysis: ['base', 'model', 'text', 'record', 'limits'],
  reports: ['base', 'model', 'text'],
}
const below = Object.keys(mayImport)
mayImport['pipeline'] = below
mayImport['experiments'] = [...below, 'pipeline']
// The public library, and what it brings for vitest.
mayImport['index.ts'] = [...below, 'pipeline']
mayImport['vitest.ts'] = ['model']
mayImport['cli'] = [...below, 'pipeline', 'experiments', 'index.ts']

/** Every TypeScript file below a folder, as a path from the root. */
export function sources(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    // The test of the lint rules plants a folder while it runs.
    if (entry.name.startsWith('planted-')) return []
    if (entry.isDirectory()) return sources(root, path)
    return entry.name.endsWith('.ts') ? [path] : []
  })
}

/** What a file imports of the project itself, types included, as paths from the root. */
export function importsOf(root: string, path: string): string[] {
  const text = readFileSync(join(root, path), 'utf8')
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)]
  return found.map((match) =>
    relative(root, resolve(root, dirname(path), match[1] as string)).replaceAll('\\', '/'),
  )
}

/** The room of a path: `harness/worlds/sim/link.ts` -> `worlds`, `reports/page.ts` -> `reports`; a file straight in harness/ is its own. */
export function roomOf(path: string): string {
  const [top, room] = path.split('/')
  return (top === 'harness' ? room : top) as string
}

/** Who imports whom, file by file. */
export type Graph = ReadonlyMap<string, readonly string[]>

export function graphOf(root: string): Graph {
  const files = [...sources(root, 'harness'), ...sources(root, 'reports')]
  const known = new Set(files)
  return new Map(
    files.map((path) => [path, importsOf(root, path).filter((target) => known.has(target))]),
  )
}

/** The same graph between rooms. */
function roomGraph(graph: Graph): Graph {
  const rooms = new Map<string, string[]>()
  for (const [path, targets] of graph) {
    const from = roomOf(path)
    const known = rooms.get(from) ?? []
    for (const to of targets.map(roomOf)) if (to !== from && !known.includes(to)) known.push(to)
    rooms.set(from, known)
  }
  return rooms
}

/** Sets of two or more nodes that all reach one another (Tarjan's strongly connected components, 1972). */
export function circles(graph: Graph): string[][] {
  const at = new Map<string, number>()
  const low = new Map<string, number>()
  const open: string[] = []
  const found: string[][] = []
  const lower = (node: string, to: number) => low.set(node, Math.min(low.get(node) as number, to))
  const visit = (node: string) => {
    at.set(node, at.size)
    low.set(node, at.get(node) as number)
    open.push(node)
    for (const target of graph.get(node) ?? []) {
      if (!at.has(target)) {
        visit(target)
        lower(node, low.get(target) as number)
      } else if (open.includes(target)) lower(node, at.get(target) as number)
    }
    if (low.get(node) !== at.get(node)) return
    const circle = open.splice(open.indexOf(node))
    if (circle.length > 1) found.push(circle.sort())
  }
  for (const node of graph.keys()) if (!at.has(node)) visit(node)
  return found
}

/** Floors of the house: the longest way down through rooms; a circle is as high as it has rooms. */
function floorsOf(rooms: Graph): number {
  const block = new Map<string, string>()
  for (const circle of circles(rooms))
    for (const room of circle) block.set(room, circle[0] as string)
  const blockOf = (room: string) => block.get(room) ?? room
  const known = new Map<string, number>()
  const floor = (of: string): number => {
    const before = known.get(of)
    if (before !== undefined) return before
    const own = [...rooms.keys()].filter((room) => blockOf(room) === of)
    const under = own.flatMap((room) => rooms.get(room) ?? []).map(blockOf)
    const high = own.length + Math.max(0, ...under.filter((each) => each !== of).map(floor))
    known.set(of, high)
    return high
  }
  return Math.max(...[...rooms.keys()].map((room) => floor(blockOf(room))))
}

/** Files that exactly one other product file imports. */
function oneImporter(graph: Graph): string[] {
  const importers = new Map<string, number>()
  for (const targets of graph.values())
    for (const target of new Set(targets)) importers.set(target, (importers.get(target) ?? 0) + 1)
  return [...graph.keys()].filter((path) => importers.get(path) === 1)
}

/** A file is one noun, however long; beyond this it is worth a look whether it still is. */
const WORTH_A_LOOK = 400

function print(root: string): void {
  const say = (line: string) => process.stdout.write(`${line}\n`)
  const graph = graphOf(root)
  const rooms = roomGraph(graph)
  const linesOf = (path: string) => readFileSync(join(root, path), 'utf8').split('\n').length - 1
  const order = Object.keys(mayImport)
  const arrows = [...rooms].flatMap(([from, targets]) => targets.map((to) => ({ from, to })))
  // Rooms of another layout, such as the one before this one, have no place in the order.
  const up = arrows.filter(
    ({ from, to }) => order.includes(from) && order.indexOf(to) > order.indexOf(from),
  )
  const once = oneImporter(graph)
  const small = once.filter((path) => linesOf(path) < 60)
  say(`rooms           ${rooms.size}`)
  say(`floors          ${floorsOf(rooms)}`)
  say(`arrows          ${arrows.length}`)
  say(`upward arrows   ${up.map(({ from, to }) => `${from} -> ${to}`).join(', ') || 0}`)
  say(
    `circles, rooms  ${
      circles(rooms)
        .map((circle) => circle.join(' '))
        .join('; ') || 0
    }`,
  )
  say(`circles, files  ${circles(graph).length}`)
  say(
    `one importer    ${once.length} of ${graph.size} files, ${small.length} of them under 60 lines`,
  )
  const long = [...graph.keys()].filter((path) => linesOf(path) > WORTH_A_LOOK)
  say(`over ${WORTH_A_LOOK} lines  ${long.join(', ') || 0}`)
  say('\nlines  files  room')
  for (const room of [...rooms.keys()].sort()) {
    const files = [...graph.keys()].filter((path) => roomOf(path) === room)
    const lines = files.reduce((sum, path) => sum + linesOf(path), 0)
    say(`${String(lines).padStart(5)}  ${String(files.length).padStart(5)}  ${room}`)
  }
}

const [, program, root] = process.argv
if (program === fileURLToPath(import.meta.url))
  print(resolve(root ?? fileURLToPath(new URL('../..', import.meta.url))))
