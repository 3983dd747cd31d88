import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
} from 'yaml'
import type { Problem } from './problem.ts'

/** A file of text under the name it was given by. */
export type SourceFile = { file: string; text: string }

/** Keys and list positions from the top of a document. */
export type Path = readonly (string | number)[]

export type Place = { line: number; column: number }

/** A YAML file that knows where everything in it was written, and collects what is wrong with it. */
export type Sheet = {
  file: string
  /** As plain data; maps are objects. */
  value: unknown
  problems: Problem[]
  /** The plain value at a path; undefined if there is none. */
  at(path: Path): unknown
  /** The source text of a value, without the braces of a flow map, on one line. */
  written(path: Path): string
  /** Notes a problem at a key or at its value. A path that does not exist is noted at its nearest parent. */
  report(path: Path, problem: { message: string; hint?: string; at?: 'key' | 'value' }): void
}

/** The data of a document; an alias to nowhere only shows here. */
function plainValue(document: Document, problems: Problem[], file: string): unknown {
  try {
    return document.toJS()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    problems.push({ file, line: 1, column: 1, message: `the file cannot be read: ${message}` })
    return undefined
  }
}

type Spot = { key: unknown; node: unknown }

/** Parses YAML 1.2. Syntax errors are in `problems`; `usable` is false if the data below them cannot be trusted. */
export function openSheet({ file, text }: SourceFile): { sheet: Sheet; usable: boolean } {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  const problems: Problem[] = document.errors.map((error) => ({
    file,
    ...place(error.pos[0]),
    ...syntaxProblem(
      error.code,
      error.message,
      (/^[^:\n]*/.exec(text.slice(error.pos[0]))?.[0] ?? '').trim(),
    ),
  }))
  const usable = document.errors.every((error) => error.code === 'DUPLICATE_KEY')
  const value: unknown = usable ? plainValue(document, problems, file) : undefined
  const sheet: Sheet = {
    file,
    value,
    problems,
    at: (path) => path.reduce<unknown>(step, value),
    written(path) {
      const range = rangeOf(spotAt(document, path).node)
      return range ? onOneLine(text.slice(range[0], range[1])) : ''
    },
    report(path, { message, hint, at = 'value' }) {
      const spot = spotAt(document, path)
      const range = (at === 'key' ? rangeOf(spot.key) : undefined) ?? rangeOf(spot.node)
      problems.push({ file, ...place(range ? range[0] : 0), message, ...(hint && { hint }) })
    },
  }
  return { sheet, usable: usable && value !== undefined }
}

/** The leading comment lines of a file, joined: the question a scenario asks. Empty if there are none. */
export function firstComment(text: string): string {
  const lines: string[] = []
  for (const line of text.split('\n')) {
    if (!line.startsWith('#')) break
    lines.push(line.replace(/^#+\s?/, '').trim())
  }
  return lines.filter((line) => line !== '').join(' ')
}

function syntaxProblem(
  code: string,
  message: string,
  at: string,
): Omit<Problem, keyof Place | 'file'> {
  if (code === 'DUPLICATE_KEY')
    return { message: `the key "${at}" stands twice`, hint: 'Keep one of them.' }
  if (code === 'TAB_AS_INDENT')
    return { message: 'a tab cannot indent YAML', hint: 'Use two spaces.' }
  if (code === 'MULTIPLE_DOCS')
    return { message: 'a second document begins here', hint: 'Write one scenario per file.' }
  return {
    message: `not valid YAML: ${message.split('\n')[0]}`,
    hint: 'Is a bracket, a brace or a quote left open above?',
  }
}

function step(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.hasOwn(value, key) ? (value as Record<string | number, unknown>)[key] : undefined
}

/** The last node on the way along `path` that exists, with the key that leads to it. */
function spotAt(document: Document, path: Path): Spot {
  let spot: Spot = { key: null, node: document.contents }
  for (const segment of path) {
    const next = child(isAlias(spot.node) ? spot.node.resolve(document) : spot.node, segment)
    if (!next) return spot
    spot = next
  }
  return spot
}

function child(node: unknown, segment: string | number): Spot | undefined {
  if (isSeq(node)) {
    const item: unknown = node.items[Number(segment)]
    return item === undefined ? undefined : { key: null, node: item }
  }
  if (!isMap(node)) return undefined
  for (const pair of node.items)
    if (isPair(pair) && isScalar(pair.key) && String(pair.key.value) === String(segment))
      return { key: pair.key, node: rangeOf(pair.value) ? pair.value : pair.key }
  return undefined
}

function rangeOf(node: unknown): readonly [number, number, number] | undefined {
  const range = (node as { range?: readonly [number, number, number] | null } | null)?.range
  return range ?? undefined
}

function onOneLine(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/(^|\s)#.*$/, '').trim())
  const joined = lines.filter((line) => line !== '').join(', ')
  return joined.replace(/^\{\s*/, '').replace(/\s*\}$/, '')
}
